/** float16 as bits ↔ float32. */
export interface HalfCodec {
  encode(values: Float32Array): Uint16Array;
  decode(bits: Uint16Array): Float32Array;
}

/** Loads the codec; only few models need it, and its tables take time to build. */
export async function loadHalfCodec(): Promise<HalfCodec> {
  const { decodeFloat16, encodeFloat16 } = await import('../../../domain/index.js');
  return { encode: encodeFloat16, decode: (bits) => decodeFloat16(bits) };
}

/** For models without float16: never called. */
export const NO_HALF_CODEC: HalfCodec = {
  encode: () => {
    throw new Error('float16 was not expected');
  },
  decode: () => {
    throw new Error('float16 was not expected');
  },
};
