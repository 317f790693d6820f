/** A smaller deviation, as a share of the largest magnitude, is rounding noise of float32 or float16. */
const NOISE = 1e-6;

/**
 * Standardizes values to mean 0 and (population) standard deviation 1.
 *
 * @param values any length
 * @returns null when the values are constant or one of them is not finite
 */
export function zscore(values: Float32Array): Float32Array | null {
  let sum = 0;
  let largest = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    sum += value;
    const size = Math.abs(value);
    if (size > largest) largest = size;
  }
  if (!Number.isFinite(sum)) return null;
  const mean = sum / values.length;
  let squares = 0;
  for (let index = 0; index < values.length; index++) squares += (values[index] - mean) ** 2;
  const deviation = Math.sqrt(squares / values.length);
  if (!(deviation > largest * NOISE)) return null;
  const scaled = new Float32Array(values.length);
  for (let index = 0; index < values.length; index++) scaled[index] = (values[index] - mean) / deviation;
  return scaled;
}
