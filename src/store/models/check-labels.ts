import { ProbelogError } from '../../errors/index.js';

/** @throws ProbelogError MODEL_LABELS_MISMATCH when there are labels, but not one for each output */
export function checkLabels(labels: readonly string[] | null, outputs: number): void {
  if (labels !== null && labels.length !== outputs) {
    throw new ProbelogError(
      'MODEL_LABELS_MISMATCH',
      `There are ${labels.length} labels for ${outputs} outputs; give one label for each output, or none.`,
      { labels: labels.length, outputs },
    );
  }
}
