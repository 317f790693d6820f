import { zscore } from '../../../src/domain/index.js';

/** Both tails alike: what is rejected tells as much as what is recognized. */
export function signedPower(values: Float32Array, power: number): Float32Array | null {
  const standardized = zscore(values);
  return standardized && zscore(standardized.map((value) => Math.sign(value) * Math.abs(value) ** power));
}

/** The order alone: the logarithm of the share of probes that are no higher up (Savage's scores). */
export function byRank(values: Float32Array): Float32Array | null {
  if (!zscore(values)) return null;
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[b] - values[a] || a - b);
  const scores = new Float32Array(values.length);
  for (const [rank, probe] of order.entries()) scores[probe] = -Math.log((rank + 0.5) / values.length);
  return zscore(scores);
}
