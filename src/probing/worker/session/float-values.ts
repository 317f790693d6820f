import type { Tensor } from 'onnxruntime-node';

/**
 * A tensor's values as float32, or null for other types.
 *
 * @param decodeHalf float16 bits → float32
 */
export function floatValues(
  tensor: Tensor,
  decodeHalf: (bits: Uint16Array) => Float32Array,
): Float32Array | null {
  const { data } = tensor;
  if (data instanceof Float32Array) return data;
  if (data instanceof Float64Array) return Float32Array.from(data);
  // Node 20 has no Float16Array, so ONNX Runtime returns the bits.
  return tensor.type === 'float16' && ArrayBuffer.isView(data)
    ? decodeHalf(new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2))
    : null;
}

/** Converts between float16 bits and float32. */
export interface HalfCodec {
  encode(values: Float32Array): Uint16Array;
  decode(bits: Uint16Array): Float32Array;
}

/** Loads the codec on demand: few models need it, and building its tables takes time. */
export async function loadHalfCodec(): Promise<HalfCodec> {
  const { decodeFloat16, encodeFloat16 } = await import('../../../domain/index.js');
  return { encode: encodeFloat16, decode: (bits) => decodeFloat16(bits) };
}

/** For models without float16; never called. */
export const NO_HALF_CODEC: HalfCodec = {
  encode: () => {
    throw new Error('float16 was not expected');
  },
  decode: () => {
    throw new Error('float16 was not expected');
  },
};
