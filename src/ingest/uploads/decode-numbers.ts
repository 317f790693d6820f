import { decodeFloat16 } from '../../domain/index.js';
import { BYTES_OF, type LocatedArray } from './located-array.js';

/**
 * The numbers in some bytes of an array, as float32.
 *
 * @param bytes whole values, from the start of their memory; their order is changed in place
 */
export function decodeNumbers(
  { buffer, byteLength }: Uint8Array<ArrayBuffer>,
  { type, bigEndian }: Pick<LocatedArray, 'type' | 'bigEndian'>,
): Float32Array {
  const size = BYTES_OF[type];
  const count = byteLength / size;
  if (bigEndian) reverseEach(Buffer.from(buffer, 0, byteLength), size);
  if (type === 'float32') return new Float32Array(buffer, 0, count);
  if (type === 'float64') return Float32Array.from(new Float64Array(buffer, 0, count));
  const halves = new Uint16Array(buffer, 0, count);
  return type === 'float16' ? decodeFloat16(halves) : decodeBfloat16(halves);
}

/** The upper half of a float32 each. */
function decodeBfloat16(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}

function reverseEach(bytes: Buffer, size: number): void {
  if (size === 2) bytes.swap16();
  else if (size === 4) bytes.swap32();
  else bytes.swap64();
}
