/** Between these, float16 loses nothing that matters: it ends at 65,504, and below 6·10⁻⁵ it drops bits. */
const LARGEST = 60_000;
const SMALLEST = 0.05;
/** Where values go that lie outside. */
const TARGET_EXPONENT = 10;

/**
 * The exponent e for which the matrix times 2^e suits float16; 0 for all but very large or very small responses.
 *
 * Descriptors do not change when a whole response matrix is multiplied by a positive number, and a power of two is
 * exact.
 *
 * @param values responses; those that are not finite are ignored
 */
export function float16Exponent(values: Float32Array): number {
  let largest = 0;
  for (const value of values) {
    const size = Math.abs(value);
    if (size > largest && size < Number.POSITIVE_INFINITY) largest = size;
  }
  if (largest === 0 || (largest >= SMALLEST && largest <= LARGEST)) return 0;
  return TARGET_EXPONENT - Math.floor(Math.log2(largest));
}

/** Multiplies by 2^exponent in place. */
export function scaleByPowerOfTwo(values: Float32Array, exponent: number): void {
  if (exponent === 0) return;
  const factor = 2 ** exponent;
  for (let index = 0; index < values.length; index++) values[index] *= factor;
}
