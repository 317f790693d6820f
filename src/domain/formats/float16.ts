const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** The value of each of the 65,536 float16 bit patterns, for decoding by lookup. */
const VALUES = Float32Array.from({ length: 65_536 }, (_, bits) => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
});

/** Encodes values as float16 bit patterns, rounded to nearest, ties to even (IEEE 754). */
export function encodeFloat16(values: Float32Array): Uint16Array {
  const encoded = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index++) {
    scratch[0] = values[index];
    encoded[index] = roundToFloat16(scratchBits[0]);
  }
  return encoded;
}

/** @param bits of a float32 */
function roundToFloat16(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00;
  if (size >= 0x477ff000) return sign | 0x7c00;
  if (size < 0x33000001) return sign;
  if (size < 0x38800000) {
    // Subnormal: the implicit bit becomes explicit, and the fraction is shifted right.
    const shift = 126 - (size >>> 23);
    const fraction = (size & 0x7fffff) | 0x800000;
    return sign | roundedShift(fraction, shift);
  }
  return sign | roundedShift(size - 0x38000000, 13);
}

function roundedShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return kept + (rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0);
}

/** The value of a float16 bit pattern. */
export function float16Value(bits: number): number {
  return VALUES[bits];
}

/**
 * Decodes float16 bit patterns.
 *
 * @param encoded float16 bit patterns
 * @param target filled and returned if given; at least as long as `encoded`
 */
export function decodeFloat16(
  encoded: Uint16Array,
  target: Float32Array = new Float32Array(encoded.length),
): Float32Array {
  for (let index = 0; index < encoded.length; index++) target[index] = VALUES[encoded[index]];
  return target;
}
