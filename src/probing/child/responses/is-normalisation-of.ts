import type { Normaliser } from '../onnx/cut-normaliser.js';

/** float16 models and quantised ones lose digits on the way. */
const ABSOLUTE = 0.01;

/**
 * Whether `given` (what the model puts out) is the normalisation of `logits` (what was found inside it), row by row.
 * Non-finite values agree with anything: they say nothing about the form of the graph.
 *
 * @param outputs C, the length of a row
 */
export function isNormalisationOf(
  given: Float32Array,
  logits: Float32Array,
  outputs: number,
  normaliser: Normaliser,
): boolean {
  if (given.length !== logits.length) return false;
  for (let start = 0; start < given.length; start += outputs) {
    const expected = normalised(logits.subarray(start, start + outputs), normaliser);
    for (let c = 0; c < outputs; c++) {
      const difference = Math.abs(expected[c] - given[start + c]);
      const tolerance = ABSOLUTE * Math.max(1, Math.abs(expected[c]));
      if (difference > tolerance && Number.isFinite(difference)) return false;
    }
  }
  return true;
}

function normalised(row: Float32Array, normaliser: Normaliser): Float64Array {
  const values = Float64Array.from(row);
  if (normaliser === 'SIGMOID') return values.map((x) => 1 / (1 + Math.exp(-x)));
  const highest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const sum = values.reduce((total, x) => total + Math.exp(x - highest), 0);
  const logSum = highest + Math.log(sum);
  return normaliser === 'LOG_SOFTMAX'
    ? values.map((x) => x - logSum)
    : values.map((x) => Math.exp(x - logSum));
}
