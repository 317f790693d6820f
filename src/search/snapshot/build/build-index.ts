import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { leadingColumns, type Matrix, rowOf } from '../../../domain/index.js';
import { CodeRows, codeScale } from '../../kernel/code-rows.js';
import { CellIndex, type IndexFacts } from '../cell-index.js';
import type { FaissLibrary } from '../faiss.js';
import type { ProjectionFile } from '../projection-file.js';
import { SNAPSHOT_FILES } from '../snapshot.js';
import { groupInCells, type Vectors } from './group-in-cells.js';
import type { NeedsTrial } from './measure-needs.js';

const BLOCK_ROWS = 4_096;

/** What an index is made of. */
export interface IndexTask {
  faiss: FaissLibrary;
  folder: string;
  /** Of the basis, by which vectors are grouped. */
  rank: number;
  /** Values of a vector. */
  wideRank: number;
  /** The rows to index, ascending. */
  rows: Uint32Array;
  /** 1 / length of each row's vector, by row. */
  scales: Float32Array;
  projections: ProjectionFile;
  trial: NeedsTrial;
}

/** Writes the files of an index, and measures what queries need of it. */
export function buildIndex(task: IndexTask): IndexFacts {
  const { faiss, folder, rank, wideRank, rows, scales, trial } = task;
  const vectors: Vectors = { count: rows.length, read: (first, count) => readVectors(task, first, count) };
  const { quantizer, starts, order, largest } = groupInCells(faiss, {
    ...vectors,
    read: (first, count) => leadingColumns(vectors.read(first, count), rank),
  });
  const scale = codeScale(largest);
  const codes = encodeInOrder(vectors, wideRank, order, scale);
  const rowsInOrder = order.map((vector) => rows[vector]);
  quantizer.write(join(folder, SNAPSHOT_FILES.index));
  const write = (name: string, content: NodeJS.ArrayBufferView) =>
    writeFileSync(join(folder, name), content, { flush: true });
  write(SNAPSHOT_FILES.cellStarts, starts);
  write(SNAPSHOT_FILES.indexedRows, rowsInOrder);
  write(SNAPSHOT_FILES.codes, codes.codes(0, rows.length));
  const index = new CellIndex({ rank, scale, quantizer, starts, rows: rowsInOrder, scales, codes });
  return { scale, ...trial.needs(index) };
}

function encodeInOrder(vectors: Vectors, columns: number, order: Uint32Array, scale: number): CodeRows {
  const codes = new CodeRows(columns, vectors.count);
  const positionOf = new Uint32Array(order.length);
  for (let position = 0; position < order.length; position++) positionOf[order[position]] = position;
  for (let first = 0; first < vectors.count; first += BLOCK_ROWS) {
    const block = vectors.read(first, Math.min(BLOCK_ROWS, vectors.count - first));
    for (let place = 0; place < block.rows; place++)
      codes.encode(positionOf[first + place], rowOf(block, place), scale);
  }
  return codes;
}

function readVectors({ rows, wideRank, projections }: IndexTask, first: number, count: number): Matrix {
  const vectors: Matrix = {
    rows: count,
    columns: wideRank,
    data: new Float32Array(count * wideRank),
  };
  const start = rows[first];
  const isAdjacent = rows[first + count - 1] - start === count - 1;
  if (isAdjacent) projections.read(start, vectors.data);
  else
    for (let place = 0; place < count; place++) projections.read(rows[first + place], rowOf(vectors, place));
  return vectors;
}
