import { labelLists } from '../../lib/parse-labels.js';
import { type PartialPreprocessing, parsePreprocessing } from '../../probing/index.js';
import { mlflowMetadata } from '../sources/mlflow-metadata.js';
import type { RegisteredModel } from '../sources/remote-sources.js';
import type { SidecarFiles } from '../sources/sidecar-files.js';
import { labelsIn, type SourceLabels, sidecarLabels } from '../sources/sidecar-labels.js';
import { type FoundPreprocessing, sidecarPreprocessing } from '../sources/sidecar-preprocessing.js';
import { unreadNote } from '../sources/unread-files.js';

/** What is known of a model besides its file. */
export interface ModelDescription {
  preprocessing: PartialPreprocessing | null;
  /** Found with the model, when none were given, in order of preference. They are left out, with a note, where they do not fit. */
  sidecarLabels: SourceLabels[];
  /** About sources that disagree and files that were not read. */
  notes: string[];
}

/** What a caller said of the model. It is an instruction, so other sources are not compared with it. */
export interface GivenDescription {
  preprocessing?: unknown;
  /** null: they may come from beside the model. */
  labels: string[] | null;
}

/** What to do when the files beside the model cannot be read now: throw, or go on with what was known before. */
export interface DescriptionFallback {
  preprocessing(thrown: unknown): FoundPreprocessing;
  labels(thrown: unknown): SourceLabels[];
}

const THROW: DescriptionFallback = {
  preprocessing: (thrown) => {
    throw thrown;
  },
  labels: (thrown) => {
    throw thrown;
  },
};

/**
 * Collects what a caller, the model's registry and the files beside it say of its preprocessing and labels.
 *
 * @param registered null when it is in no registry
 * @throws ProbelogError PREPROCESSING_INVALID; as `SidecarFiles`
 */
export async function describeModel(
  given: GivenDescription,
  registered: Pick<RegisteredModel, 'preprocessing' | 'labels'> | null,
  files: SidecarFiles,
  fallback: DescriptionFallback = THROW,
): Promise<ModelDescription> {
  const said = async () => registered ?? (await mlflowMetadata(files));
  const where = registered === null ? 'MLmodel' : 'The registry';
  const isGiven = given.preprocessing !== undefined;
  const { document, notes } = isGiven
    ? { document: given.preprocessing, notes: [] }
    : await said()
        .then((source) => sidecarPreprocessing(files, where, source?.preprocessing))
        .catch(fallback.preprocessing);
  const labels =
    given.labels === null
      ? [
          ...inDescription(given.preprocessing),
          ...(await said()
            .then((source) => labelsIn(where, labelLists(source?.labels)))
            .catch(fallback.labels)),
          ...(await sidecarLabels(files).catch(fallback.labels)),
        ]
      : [];
  const used = labels.map(({ source }) => source);
  const unread = isGiven && given.labels !== null ? null : await unreadNote(files, used);
  return {
    preprocessing: document == null ? null : parsePreprocessing(document),
    sidecarLabels: labels,
    notes: unread === null ? notes : [...notes, unread],
  };
}

/** Fields of descriptions with labels: those of timm, transformers and PaddleX. */
const FIELDS_WITH_LABELS = ['pretrained_cfg', 'label_names', 'id2label', 'PostProcess'];

/** timm's config.json, for example, describes the preprocessing and has the labels, too. */
function inDescription(preprocessing: unknown): SourceLabels[] {
  if (typeof preprocessing !== 'object' || preprocessing === null) return [];
  if (!FIELDS_WITH_LABELS.some((field) => field in preprocessing)) return [];
  return labelsIn('The description of the preprocessing', labelLists(preprocessing));
}
