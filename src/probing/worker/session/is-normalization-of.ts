import type { Normalization } from '../onnx/output-tail.js';

/** float16 and quantized models lose precision. */
const ABSOLUTE = 0.01;

/**
 * Whether `given` (the model's output) is the normalization of `logits` (a tensor inside it), row by row. Non-finite values
 * match anything, because they tell nothing about the graph.
 *
 * @param outputs C, the length of a row
 */
export function isNormalizationOf(
  given: Float32Array,
  logits: Float32Array,
  outputs: number,
  normalizer: Normalization,
): boolean {
  if (given.length !== logits.length) return false;
  for (let start = 0; start < given.length; start += outputs) {
    const expected = normalized(logits.subarray(start, start + outputs), normalizer);
    for (let c = 0; c < outputs; c++) {
      const difference = Math.abs(expected[c] - given[start + c]);
      const tolerance = ABSOLUTE * Math.max(1, Math.abs(expected[c]));
      if (difference > tolerance && Number.isFinite(difference)) return false;
    }
  }
  return true;
}

function normalized(row: Float32Array, normalizer: Normalization): Float64Array {
  const values = Float64Array.from(row);
  if (normalizer === 'SIGMOID') return values.map((x) => 1 / (1 + Math.exp(-x)));
  const highest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const sum = values.reduce((total, x) => total + Math.exp(x - highest), 0);
  const logSum = highest + Math.log(sum);
  return normalizer === 'LOG_SOFTMAX'
    ? values.map((x) => x - logSum)
    : values.map((x) => Math.exp(x - logSum));
}
