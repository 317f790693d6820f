import { messageOf } from '../../errors/index.js';
import type { LabelList } from '../../lib/parse-labels.js';
import { readLabelLists } from './read-labels.js';
import { ABOVE, type SidecarFiles } from './sidecar-files.js';

/** Labels that were found rather than given for a model. */
export interface SourceLabels {
  /** Where they are, such as `labels.txt`. */
  source: string;
  /** In output order, empty where there is none; null when they cannot be read. */
  labels: string[] | null;
  /** Why they cannot be read. */
  problem?: string;
}

/** Files that may have labels, in order of preference. A server that lists no files gets requests for these only. */
export const LABEL_FILES = [
  'config.json',
  'labels.json',
  'labels.txt',
  'classes.txt',
  'class_names.txt',
  'selected_tags.csv',
  'labels.csv',
  'inference.yml',
];
/** Those of them that also serve other purposes. */
const MAY_HAVE_NONE = ['config.json', 'inference.yml'];
/** Triton's description of a model, whose outputs may name a file with labels. */
export const TRITON_CONFIG = 'config.pbtxt';

/**
 * Other names of files with labels, without their endings, such as `imagenet_class_index`, `synset_words`, `imagenet1000_clsidx_to_labels`,
 * `index_to_name` (TorchServe) and `idx_to_class`.
 */
const LABEL_NAME =
  /^((imagenet|ilsvrc2012|loc|coco|obj)[-_]?)?(\d+k?[-_]?)?(simple[-_])?(labels?|class(es)?|clsidx|categor(y|ies)|names?|synsets?|tags|index|idx|id)?(([-_]?(words|names?|labels?|list|map(ping)?|index|indices|idx|ids?|class(es)?|categor(y|ies)|synsets?))|[-_]?(to|2)[-_]?(names?|labels?|class(es)?|idx|index|id|human))*$/i;
const LABEL_WORD = /label|class|synset|categor|name|tags/i;
const LABEL_ENDING = /\.(json|txt|ya?ml|csv|tsv|names|pbtxt)$/i;
/** Files of a tool that have labels besides other things: the data set of ultralytics, and Lobe's description of a model. */
export const MIXED_FILE = /^((data|dataset)\.ya?ml|signature\.json)$/i;

/** Whether a file's name says that it is a list of labels. */
export function isLabelFile(name: string): boolean {
  if (MIXED_FILE.test(name)) return true;
  const ending = LABEL_ENDING.exec(name);
  if (!ending) return false;
  const stem = name.slice(0, ending.index);
  return ending[1].toLowerCase() === 'names' || (LABEL_WORD.test(stem) && LABEL_NAME.test(stem));
}

/**
 * The labels in the files beside the model, the preferred ones first. A folder with a manifest has several models, and the manifest
 * says which labels are whose.
 */
export async function sidecarLabels(files: SidecarFiles): Promise<SourceLabels[]> {
  const found: SourceLabels[] = [];
  for (const file of await labelFiles(files)) {
    const text = await files.read(file);
    if (text === undefined) continue;
    try {
      found.push(...labelsIn(file, await readLabelLists(file, text)));
    } catch (thrown) {
      // Most config.json files have no labels; a file for labels that has none is worth a note.
      if (MAY_HAVE_NONE.includes(file.replace(ABOVE, ''))) continue;
      found.push({ source: file, labels: null, problem: firstLine(messageOf(thrown)) });
    }
  }
  return found;
}

/** A document's preferred labels, and those in its other fields that say otherwise. */
export function labelsIn(source: string, [first, ...others]: readonly LabelList[]): SourceLabels[] {
  if (!first) return [];
  const different = others.filter(({ labels }) => differingOutput(first.labels, labels) !== null);
  return [
    { source, labels: first.labels },
    ...different.map(({ field, labels }) => ({ source: `${field ?? 'another list'} of ${source}`, labels })),
  ];
}

/** The first output that two lists label differently; null when none. An output without a label in one of them does not count. */
export function differingOutput(a: readonly string[], b: readonly string[]): number | null {
  const isPartial = a.includes('') || b.includes('');
  const outputs = isPartial ? Math.min(a.length, b.length) : Math.max(a.length, b.length);
  for (let output = 0; output < outputs; output++) {
    const [one, other] = [a[output]?.trim(), b[output]?.trim()];
    if (one !== other && one !== '' && other !== '') return output;
  }
  return null;
}

/** The names of files that may have labels, the preferred ones first; not all of them exist. */
export async function labelFiles(files: SidecarFiles): Promise<string[]> {
  const named = /label_filename\s*:\s*"([^"/\\]{1,200})"/.exec((await files.read(TRITON_CONFIG)) ?? '')?.[1];
  const first = named === undefined ? [] : [named];
  if ((await files.read('manifest.json')) !== undefined) return [...first, LABEL_FILES[0]];
  const names = await files.names();
  const above = LABEL_FILES.map((file) => ABOVE + file).filter((file) => names.includes(file));
  const others = names.filter(isLabelFile).sort();
  return [...new Set([...first, ...LABEL_FILES, ...above, ...others])];
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0].replace(/[.:]$/, '');
}
