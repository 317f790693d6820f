import { encodeFloat16, encodeNpyHeader } from '../../../src/domain/index.js';

export type Rows = number[][];

export interface NpyOptions {
  dtype?: string;
  fortranOrder?: boolean;
  version?: 1 | 2 | 3;
}

/** A `.npy` file of a matrix. */
export function npyFile(
  rows: Rows,
  { dtype = '<f4', fortranOrder = false, version = 1 }: NpyOptions = {},
): Buffer {
  const shape = [rows.length, rows[0].length];
  const header = Buffer.from(encodeNpyHeader({ dtype, fortranOrder, shape }));
  const inOrder = fortranOrder ? transposed(rows).flat() : rows.flat();
  const values = encode(inOrder, dtype.slice(1));
  if (dtype.startsWith('>')) swap(values, Number(dtype.slice(2)));
  return Buffer.concat([version === 1 ? header : wideHeader(header, version), values]);
}

/** A `.safetensors` file of matrices by name. */
export function safetensorsFile(tensors: Record<string, Rows>, dtype = 'F32'): Buffer {
  const described: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  const contents: Buffer[] = [];
  let at = 0;
  for (const [name, rows] of Object.entries(tensors)) {
    const values = encode(rows.flat(), { F16: 'f2', BF16: 'b2', F32: 'f4', F64: 'f8' }[dtype] ?? 'f4');
    const data_offsets = [at, at + values.length];
    described[name] = { dtype, shape: [rows.length, rows[0].length], data_offsets };
    contents.push(values);
    at += values.length;
  }
  return withHeader(JSON.stringify(described), Buffer.concat(contents));
}

/** A `.safetensors` file with this text as its header. */
export function withHeader(header: string, values: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return Buffer.concat([length, Buffer.from(header), values]);
}

export function transposed(rows: Rows): Rows {
  return rows[0].map((_, column) => rows.map((row) => row[column]));
}

function encode(values: number[], type: string): Buffer {
  const floats = Float32Array.from(values);
  if (type === 'f4') return Buffer.from(floats.buffer);
  if (type === 'f8') return Buffer.from(Float64Array.from(values).buffer);
  if (type === 'f2') return Buffer.from(encodeFloat16(floats).buffer as ArrayBuffer);
  return Buffer.from(Uint16Array.from(new Uint32Array(floats.buffer), (bits) => bits >>> 16).buffer);
}

function swap(bytes: Buffer, size: number): void {
  if (size === 2) bytes.swap16();
  else if (size === 4) bytes.swap32();
  else bytes.swap64();
}

/** Versions 2 and 3 have four bytes for the length of the header. */
function wideHeader(header: Buffer, version: number): Buffer {
  const text = header.subarray(10);
  const start = Buffer.from([...header.subarray(0, 6), version, 0, 0, 0, 0, 0]);
  start.writeUInt32LE(text.length, 8);
  return Buffer.concat([start, text]);
}
