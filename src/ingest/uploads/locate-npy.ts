import type { FileHandle } from 'node:fs/promises';
import { parseNpyHeader } from '../../domain/index.js';
import { messageOf } from '../../errors/index.js';
import { formatInvalid } from './format-invalid.js';
import type { LocatedArray, NumberType } from './located-array.js';

/** Headers of arrays of numbers have 128 bytes, whatever their version. */
const LONGEST_HEADER = 64 * 2 ** 10;

const TYPES: Readonly<Record<string, NumberType>> = { f2: 'float16', f4: 'float32', f8: 'float64' };

/** @throws ProbelogError RESPONSES_FORMAT_INVALID */
export async function locateNpy(file: FileHandle, size: number): Promise<LocatedArray> {
  const bytes = Buffer.alloc(Math.min(size, LONGEST_HEADER));
  await file.read(bytes, 0, bytes.length, 0);
  const { dtype, shape, fortranOrder, dataOffset } = parse(bytes);
  const type = /^[<>]f[248]$/.test(dtype) ? TYPES[dtype.slice(1)] : undefined;
  if (!type)
    throw formatInvalid(
      `The .npy file holds ${JSON.stringify(dtype)}; float16, float32 and float64 are taken: array.astype('float32').`,
    );
  return {
    type,
    bigEndian: dtype.startsWith('>'),
    fortranOrder,
    shape,
    offset: dataOffset,
    bytes: size - dataOffset,
  };
}

function parse(bytes: Uint8Array) {
  try {
    return parseNpyHeader(bytes);
  } catch (thrown) {
    throw formatInvalid(`The file is not a .npy file that can be read: ${messageOf(thrown)}.`);
  }
}
