import type { Diagnosis } from './diagnose-preprocessing.js';

/** What a diagnosis suggests, in words; null when the preprocessing that was used is no worse than any alternative. */
export function suggestionOf({ rows: [used], suggested }: Diagnosis): string | null {
  if (suggested === null) return null;
  const { scale, mean, std, channelOrder } = suggested.fields;
  const fields = JSON.stringify({ scale: rounded(scale), mean, std, channelOrder });
  return `Another preprocessing suits the model better: ${suggested.name} has an agreement of ${shown(suggested.agreement)}, not ${shown(used.agreement)}. If it is right, ingest the model with --preprocessing and these fields: ${fields}.`;
}

/** The value that most files have for it. */
function rounded(scale: number): number {
  return Number(scale.toPrecision(8));
}

function shown(agreement: number | undefined): string {
  return agreement === undefined || Number.isNaN(agreement) ? 'none' : agreement.toFixed(2);
}
