/** Largest power of two with room to spare below float16's 65,504. */
const TOP_EXPONENT = 14;

/**
 * The exponent e for which the matrix times 2^e fills float16's range.
 *
 * float16 keeps 11 bits of a value, but only between 6·10⁻⁵ and 65,504. Descriptors do not change when a whole
 * response matrix is multiplied by a positive number, so it is moved to where no bit is lost; a power of two is exact.
 *
 * @param values finite and non-finite responses; the latter are ignored
 */
export function float16Exponent(values: Float32Array): number {
  let largest = 0;
  for (const value of values) {
    const size = Math.abs(value);
    if (size > largest && size < Number.POSITIVE_INFINITY) largest = size;
  }
  return largest === 0 ? 0 : TOP_EXPONENT - Math.floor(Math.log2(largest));
}

/** Multiplies by 2^exponent in place. */
export function scaleByPowerOfTwo(values: Float32Array, exponent: number): void {
  const factor = 2 ** exponent;
  for (let index = 0; index < values.length; index++) values[index] *= factor;
}
