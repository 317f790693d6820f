import type { FileHandle } from 'node:fs/promises';
import { formatInvalid } from './format-invalid.js';
import { locateNpy } from './locate-npy.js';
import { locateSafetensors } from './locate-safetensors.js';
import { BYTES_OF, type LocatedArray } from './located-array.js';

const NPY_MAGIC = '\x93NUMPY';

/**
 * Finds the array in an uploaded file, and proves that it lies in it as a whole.
 *
 * @throws ProbelogError RESPONSES_FORMAT_INVALID
 */
export async function locateArray(file: FileHandle): Promise<LocatedArray> {
  const { size } = await file.stat();
  const start = Buffer.alloc(NPY_MAGIC.length);
  await file.read(start, 0, start.length, 0);
  const isNpy = start.toString('latin1') === NPY_MAGIC;
  const located = isNpy ? await locateNpy(file, size) : await locateSafetensors(file, size);
  const { type, shape, offset, bytes } = located;
  const expected = shape.reduce((product, length) => product * length, BYTES_OF[type]);
  if (expected !== bytes || offset + bytes > size)
    throw formatInvalid(
      `Its values have ${Math.max(0, Math.min(bytes, size - offset))} bytes, and a shape of [${shape.join(', ')}] in ${type} needs ${expected}: the file is cut off, or was put together wrongly.`,
    );
  return located;
}
