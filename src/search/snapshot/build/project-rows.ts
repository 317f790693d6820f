import { closeSync, fsyncSync, ftruncateSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { type Basis, rowOf, skewness, whiteningMatrix } from '../../../domain/index.js';
import type { RowFile } from '../../gallery/row-file.js';
import type { MatrixProducts } from '../../matrix-products.js';
import { writeProjections } from '../projection-file.js';
import { SNAPSHOT_FILES } from '../snapshot.js';
import type { NeedsTrial } from './measure-needs.js';
import { adjacent, readRows } from './read-rows.js';

const BLOCK_ROWS = 4_096;

/** The rows of a gallery, and where their vectors go. */
export interface Projecting {
  folder: string;
  rows: RowFile;
  /** Those that models use, ascending. */
  liveRows: Uint32Array;
  /** Of the basis, which the lengths are under. */
  rank: number;
  wide: Basis;
  products: MatrixProducts;
  /** Scores the rows, too. */
  trial: NeedsTrial | null;
}

/** What a snapshot has of each row, besides its vector. */
export interface RowFacts {
  /** 1 / length of its vector; 0 for a row without a descriptor. */
  scales: Float32Array;
  skewnesses: Float64Array;
}

/** Writes the whitened vectors of the gallery; those of other rows are 0. */
export async function projectRows({
  folder,
  rows,
  liveRows,
  rank,
  wide,
  products,
  trial,
}: Projecting): Promise<RowFacts> {
  const scales = new Float32Array(rows.rows);
  const skewnesses = new Float64Array(rows.rows);
  const directions = whiteningMatrix(wide);
  const file = openSync(join(folder, SNAPSHOT_FILES.projections), 'w');
  ftruncateSync(file, rows.rows * wide.rank * Float32Array.BYTES_PER_ELEMENT);
  for (let first = 0; first < liveRows.length; first += BLOCK_ROWS) {
    const chosen = liveRows.subarray(first, first + BLOCK_ROWS);
    const block = readRows(rows, chosen);
    const projected = await products.project(block, directions);
    for (let place = 0; place < chosen.length; place++) {
      const length = Math.hypot(...rowOf(projected, place).subarray(0, rank));
      scales[chosen[place]] = length === 0 ? 0 : 1 / length;
      skewnesses[chosen[place]] = skewness(rowOf(block, place));
    }
    await trial?.offer(chosen, block, projected, scales);
    for (const [start, end] of adjacent(chosen)) {
      const vectors = projected.data.subarray(start * wide.rank, end * wide.rank);
      writeProjections(file, chosen[start], wide.rank, vectors);
    }
  }
  fsyncSync(file);
  closeSync(file);
  return { scales, skewnesses };
}
