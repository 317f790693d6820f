import { type FileHandle, open } from 'node:fs/promises';
import type { ObservedResponses } from '../pipeline/spool-format.js';
import { checkValues } from './check-values.js';
import { decodeNumbers } from './decode-numbers.js';
import { locateArray } from './locate-array.js';
import { BYTES_OF, type LocatedArray } from './located-array.js';
import { orientation } from './orientation.js';
import type { UploadForm } from './upload-form.js';

/** A whole number of values of every type. */
const BYTES_AT_ONCE = 4 * 2 ** 20;

/**
 * Reads an uploaded file of responses. A probe whose responses are NaN for every output was not run.
 *
 * @param all P
 * @throws ProbelogError RESPONSES_FORMAT_INVALID, RESPONSES_SHAPE_MISMATCH, RESPONSES_LAYOUT_AMBIGUOUS, RESPONSES_INVALID
 */
export async function readUpload(
  path: string,
  all: number,
  { layout, kind }: Pick<UploadForm, 'layout' | 'kind'>,
): Promise<ObservedResponses> {
  const file = await open(path);
  try {
    const located = await locateArray(file);
    const found = orientation(located.shape, all, layout);
    const probeRuns = (found.layout === 'outputs-first') !== located.fortranOrder;
    const data = new Float32Array(found.outputs * all);
    await readInto(data, file, located, (index) => {
      if (probeRuns) return index;
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

/** @param place of a value in C × P, by its place in the file */
async function readInto(
  data: Float32Array,
  file: FileHandle,
  located: LocatedArray,
  place: (index: number) => number,
): Promise<void> {
  const { offset, bytes, type } = located;
  for (let done = 0; done < bytes; done += BYTES_AT_ONCE) {
    const block = new Uint8Array(Math.min(BYTES_AT_ONCE, bytes - done));
    await file.read(block, 0, block.length, offset + done);
    const first = done / BYTES_OF[type];
    const numbers = decodeNumbers(block, located);
    for (let index = 0; index < numbers.length; index++) data[place(first + index)] = numbers[index];
  }
}

/** Leaves out the columns of probes that were not run. */
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
