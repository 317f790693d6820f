import { decodeFloat16, type Matrix } from '../../../domain/index.js';
import type { RowFile } from '../../gallery/row-file.js';

/** Some rows, ascending, decoded. */
export function readRows(rows: RowFile, chosen: Uint32Array): Matrix {
  const data = new Float32Array(chosen.length * rows.columns);
  const block = new Uint16Array(chosen.length * rows.columns);
  for (const [start, end] of adjacent(chosen)) {
    const values = rows.encoded(chosen[start], end - start, block);
    decodeFloat16(values, data.subarray(start * rows.columns, end * rows.columns));
  }
  return { rows: chosen.length, columns: rows.columns, data };
}

/** The runs of adjacent rows: the place of the first, and of the first behind it. */
export function* adjacent(chosen: Uint32Array): Generator<[start: number, end: number]> {
  let start = 0;
  while (start < chosen.length) {
    let end = start + 1;
    while (end < chosen.length && chosen[end] === chosen[end - 1] + 1) end++;
    yield [start, end];
    start = end;
  }
}
