import { type FileHandle, open } from 'node:fs/promises';
import { decodeFloat16 } from '../../domain/index.js';
import { checkOutputLimit } from '../../lib/output-limit.js';
import type { ObservedResponses } from '../pipeline/spool-format.js';
import { checkValues } from './check-values.js';
import { BYTES_OF, type LocatedArray, locateArray } from './locate-array.js';
import { orientation } from './orientation.js';
import type { UploadForm } from './upload-form.js';

/** Files are read in blocks; a whole number of values of every type. */
const BLOCK_BYTES = 4 * 2 ** 20;

/**
 * Reads an uploaded file of responses. A probe whose responses are NaN for every output was not run.
 *
 * @param all P
 * @param maxOutputs largest C
 * @throws ProbelogError RESPONSES_FORMAT_INVALID, RESPONSES_SHAPE_MISMATCH, RESPONSES_LAYOUT_AMBIGUOUS,
 *   MODEL_TOO_MANY_OUTPUTS, RESPONSES_INVALID
 */
export async function readUpload(
  path: string,
  all: number,
  { layout, kind }: Pick<UploadForm, 'layout' | 'kind'>,
  maxOutputs: number,
): Promise<ObservedResponses> {
  const file = await open(path);
  try {
    const located = await locateArray(file);
    const found = orientation(located.shape, all, layout);
    checkOutputLimit(found.outputs, all, maxOutputs);
    const probeIsFastest = (found.layout === 'outputs-first') !== located.fortranOrder;
    const data = new Float32Array(found.outputs * all);
    await readInto(data, file, located, (index) => {
      if (probeIsFastest) return index;
      const probe = Math.floor(index / found.outputs);
      return (index - probe * found.outputs) * all + probe;
    });
    const responses = onlyRun({ rows: found.outputs, columns: all, data });
    checkValues(responses, all, kind);
    return responses;
  } finally {
    await file.close();
  }
}

/** @param place maps a value's index in the file to its index in C × P */
async function readInto(
  data: Float32Array,
  file: FileHandle,
  located: LocatedArray,
  place: (index: number) => number,
): Promise<void> {
  const { offset, bytes, type } = located;
  for (let done = 0; done < bytes; done += BLOCK_BYTES) {
    const block = new Uint8Array(Math.min(BLOCK_BYTES, bytes - done));
    await file.read(block, 0, block.length, offset + done);
    const first = done / BYTES_OF[type];
    const numbers = decodeNumbers(block, located);
    for (let index = 0; index < numbers.length; index++) data[place(first + index)] = numbers[index];
  }
}

/** Reads one row of an array in C order. */
export async function readRow(file: FileHandle, array: LocatedArray, row: number): Promise<Float32Array> {
  const bytes = new Uint8Array(array.shape[1] * BYTES_OF[array.type]);
  await file.read(bytes, 0, bytes.length, array.offset + row * bytes.length);
  return decodeNumbers(bytes, array);
}

/** Drops the columns of probes that were not run. */
function onlyRun(matrix: { rows: number; columns: number; data: Float32Array }): ObservedResponses {
  const { rows, columns, data } = matrix;
  const ran = new Uint8Array(columns);
  for (let index = 0; index < data.length; index++) if (!Number.isNaN(data[index])) ran[index % columns] = 1;
  const probes = Uint32Array.from({ length: columns }, (_, probe) => probe).filter(
    (probe) => ran[probe] === 1,
  );
  if (probes.length === columns) return { observed: matrix, probes };
  const kept = new Float32Array(rows * probes.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < probes.length; column++)
      kept[row * probes.length + column] = data[row * columns + probes[column]];
  return { observed: { rows, columns: probes.length, data: kept }, probes };
}

/**
 * Decodes bytes of an array to float32.
 *
 * @param bytes whole values, from the start of their buffer; swapped in place when big-endian
 */
function decodeNumbers(
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

/** A bfloat16 is the upper half of a float32. */
function decodeBfloat16(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}

function reverseEach(bytes: Buffer, size: number): void {
  if (size === 2) bytes.swap16();
  else if (size === 4) bytes.swap32();
  else bytes.swap64();
}
