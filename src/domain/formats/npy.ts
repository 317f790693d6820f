import type { Matrix } from '../linalg/matrix.js';

const MAGIC = '\x93NUMPY';
const ALIGNMENT = 64;
/** Characters of an invalid header to quote in an error; real headers have about 60. */
const MAX_SHOWN = 100;

/** The header of a `.npy` file (NumPy enhancement proposal 1). */
export interface NpyHeader {
  /** Such as `<f2`: byte order, kind, bytes. */
  dtype: string;
  /** Whether values are stored column by column. */
  fortranOrder: boolean;
  shape: number[];
}

/** Encodes a header, padded so that the values after it are aligned. */
export function encodeNpyHeader({ dtype, fortranOrder, shape }: NpyHeader): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${dtype}', 'fortran_order': ${fortranOrder ? 'True' : 'False'}, 'shape': ${tuple}, }`;
  const used = MAGIC.length + 4 + text.length + 1;
  const padding = (ALIGNMENT - (used % ALIGNMENT)) % ALIGNMENT;
  const length = text.length + padding + 1;
  const bytes = new Uint8Array(MAGIC.length + 4 + length).fill(0x20);
  bytes.set(Array.from(MAGIC, (character) => character.charCodeAt(0)));
  bytes.set([1, 0, length & 0xff, length >> 8], MAGIC.length);
  bytes.set(new TextEncoder().encode(text), MAGIC.length + 4);
  bytes[bytes.length - 1] = 0x0a;
  return bytes;
}

/**
 * Reads the header of a `.npy` file, version 1 to 3.
 *
 * @param bytes at least the header
 * @returns the header and the offset of the values
 * @throws Error that names the problem when this is not a `.npy` file
 */
export function parseNpyHeader(bytes: Uint8Array): NpyHeader & { dataOffset: number } {
  const start = String.fromCharCode(...bytes.subarray(0, MAGIC.length));
  if (start !== MAGIC) throw new Error('the file is not a .npy file: it does not start with \\x93NUMPY');
  if (!(bytes[6] >= 1 && bytes[6] <= 3 && bytes.length >= 12))
    throw new Error('the .npy file has an unknown version');
  const wide = bytes[6] >= 2;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const textOffset = wide ? 12 : 10;
  const dataOffset = textOffset + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  if (dataOffset > bytes.length) throw new Error('the .npy header is truncated');
  const text = new TextDecoder().decode(bytes.subarray(textOffset, dataOffset));
  const dtype = /'descr':\s*'([^']{1,40})'/.exec(text)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape':\s*\(([\d,\sL]*)\)/.exec(text)?.[1];
  if (!dtype || !order || shape === undefined)
    throw new Error(`the .npy header is invalid: ${JSON.stringify(text.trim().slice(0, MAX_SHOWN))}`);
  return {
    dtype,
    fortranOrder: order === 'True',
    shape: (shape.match(/\d+/g) ?? []).map(Number),
    dataOffset,
  };
}

/** Encodes a matrix as a `.npy` file, float32. */
export function encodeMatrix({ rows, columns, data }: Matrix): Uint8Array {
  const header = encodeNpyHeader({ dtype: '<f4', fortranOrder: false, shape: [rows, columns] });
  return Buffer.concat([header, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
}

/** Decodes a `.npy` file of {@link encodeMatrix}. @throws Error when it is damaged or another file */
export function decodeMatrix(file: Uint8Array): Matrix {
  const { shape, dataOffset } = parseNpyHeader(file);
  // Copied for alignment. A Buffer's own slice() would share its memory.
  const data = new Float32Array(new Uint8Array(file.subarray(dataOffset)).buffer);
  if (data.length !== shape[0] * shape[1]) throw new Error('the matrix is truncated');
  return { rows: shape[0], columns: shape[1], data };
}
