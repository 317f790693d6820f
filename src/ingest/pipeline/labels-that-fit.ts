import { note } from '../../lib/notes.js';
import type { ResolvedModelFile } from './resolve-model-file.js';

/** Labels, or why there are none. */
export interface FittingLabels {
  labels: string[] | null;
  /** For `Model.notes`; null when there is nothing to say. */
  note: string | null;
}

/**
 * Labels that were found, rather than given for this model, are left out when they do not fit: the model is right without them. Of
 * numbered ones some may be missing.
 *
 * @param labels empty for an output without one
 */
export function labelsThatFit(where: string, labels: string[], outputs: number): FittingLabels {
  const named = labels.filter((label) => label !== '').length;
  if (named < labels.length && labels.length <= outputs) {
    const padded = [...labels, ...Array.from({ length: outputs - labels.length }, () => '')];
    const message = `${where} has labels for ${named} of the model's ${outputs} outputs; the others have none.`;
    return { labels: padded, note: note('LABELS_PARTIAL', message) };
  }
  if (labels.length === outputs) return { labels, note: null };
  const message = `${where} has ${labels.length} labels, but the model has ${outputs} outputs, so the labels were left out.`;
  return { labels: null, note: note('LABELS_LEFT_OUT', message) };
}

/** The labels of a model: those given for it, or those found beside it if they fit. */
export function fittingLabels(
  { labels, sidecarLabels }: Pick<ResolvedModelFile, 'labels' | 'sidecarLabels'>,
  outputs: number,
): FittingLabels {
  if (labels !== null || !sidecarLabels) return { labels, note: null };
  const { file, labels: found, problem } = sidecarLabels;
  if (found) return labelsThatFit(file, found, outputs);
  return { labels: null, note: note('LABELS_LEFT_OUT', `${file} was not read as labels: ${problem}.`) };
}

/** The note about files that were not read; null without any. */
export function unreadNote(files: readonly string[]): string | null {
  if (files.length === 0) return null;
  const [are, look] = files.length === 1 ? ['is', 'looks'] : ['are', 'look'];
  return note(
    'FILE_NOT_READ',
    `${files.join(', ')}, beside the model, ${look} like labels or preprocessing, but ${are} of no form that is read. Give what is in it with --labels or --preprocessing.`,
  );
}
