import { decodeMatrix } from '../../domain/index.js';
import { knownError } from '../../errors/index.js';
import { type NoteCode, note, parseNote } from '../../lib/notes.js';
import type { Store } from '../../store/index.js';
import { MIN_TELLING_IMAGES } from '../diagnose/clear-difference.js';
import {
  type DiagnoseDependencies,
  type DiagnosedModelRun,
  diagnoseModel,
} from '../diagnose/diagnose-model.js';
import { suggestionOf } from '../diagnose/suggestion.js';

/** Reasons to doubt the preprocessing. */
const DOUBTFUL: readonly (NoteCode | null)[] = [
  'PREPROCESSING_ASSUMED',
  'PREPROCESSING_SUSPECT',
  'INPUT_MISMATCH',
];

/** What a suggestion needs. */
export interface SuggestDependencies extends Pick<DiagnoseDependencies, 'workFolder' | 'cacheFolder'> {
  store: Store;
  probing: Omit<DiagnoseDependencies['probing'], 'maxModelBytes'>;
  download: { maxBytes: number };
}

/**
 * A note that says which preprocessing suits a model clearly better, where there is a reason to doubt the one that was used. It needs
 * the embeddings of the probes, which a probe set has from its first search by text; without them, there is no suggestion.
 *
 * @param notes of the run so far
 * @throws the reason of `signal`
 */
export async function suggestPreprocessing(
  run: DiagnosedModelRun & { modelId: string },
  notes: readonly string[],
  { store, workFolder, cacheFolder, probing, download }: SuggestDependencies,
  signal: AbortSignal,
): Promise<string | null> {
  if (!notes.some((stored) => DOUBTFUL.includes(parseNote(stored).code))) return null;
  const stored = await store.probeSets.latestEmbedding(run.probeSetId);
  if (stored === null) return null;
  const { modelId, ...used } = run;
  try {
    const embeddings = decodeMatrix(await store.blobs.readAll(stored.digest));
    if (embeddings.rows < MIN_TELLING_IMAGES) return null;
    const dependencies = {
      store,
      workFolder,
      cacheFolder,
      probing: { ...probing, maxModelBytes: download.maxBytes },
      embeddings: async () => embeddings,
    };
    const message = suggestionOf(await diagnoseModel(modelId, dependencies, signal, used));
    return message === null ? null : note('PREPROCESSING_SUSPECT', message);
  } catch (thrown) {
    signal.throwIfAborted();
    const known = knownError(thrown);
    if (known?.code === 'INPUT_INVALID') return null;
    // The model itself was run; a suggestion that cannot be made must not fail it.
    return note(
      'DIAGNOSIS_FAILED',
      `Whether another preprocessing suits the model better was not found out (${known?.code ?? 'INTERNAL'}). Try probelog ingest --diagnose.`,
    );
  }
}
