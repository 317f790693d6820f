import { note } from '../../lib/notes.js';

/** Labels, or why there are none. */
export interface FittingLabels {
  labels: string[] | null;
  /** For `Model.notes`; null when there is nothing to say. */
  note: string | null;
}

/** Labels that were found, rather than given for this model, are left out when they do not fit: the model is right without them. */
export function labelsThatFit(where: string, labels: string[], outputs: number): FittingLabels {
  if (labels.length === outputs) return { labels, note: null };
  const message = `${where} has ${labels.length} labels, but the model has ${outputs} outputs, so the labels were left out.`;
  return { labels: null, note: note('LABELS_LEFT_OUT', message) };
}
