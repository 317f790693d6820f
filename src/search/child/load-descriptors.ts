import { readFileSync } from 'node:fs';
import { type Descriptors, decodeFloat16, descriptors, parseNpyHeader } from '../../domain/index.js';

/**
 * The descriptors of a model, from its stored responses.
 *
 * @param path a `.npy` file: float16, C × P, row-major
 * @throws Error when it is not such a file or has another number of probes
 */
export function loadDescriptors(path: string, probes: number): Descriptors {
  const file = readFileSync(path);
  const { dtype, fortranOrder, shape, dataOffset } = parseNpyHeader(file);
  const [outputs, columns] = shape;
  const bytes = file.subarray(dataOffset);
  if (dtype !== '<f2' || fortranOrder || columns !== probes || bytes.length !== outputs * probes * 2) {
    throw new Error('the stored responses are not those of this probe set');
  }
  const encoded = new Uint16Array(Uint8Array.from(bytes).buffer);
  return descriptors({ rows: outputs, columns, data: decodeFloat16(encoded) });
}
