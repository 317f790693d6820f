import type { Matrix } from '../linalg/matrix.js';
import { concatenated, evenlySpaced } from '../linalg/row-numbers.js';

/** Rows of fully probed models that a prior keeps. */
export interface Exemplars {
  /** N */
  count: number;
  /** N × P standardized responses, one byte per value; each row has a scale of its own, as only its shape is compared. */
  values: Int8Array;
}

/** 40 MB: 40,000 rows at 1,000 probes. Of a larger gallery, evenly spaced rows are kept. */
const MAX_VALUES = 40_000_000;
const MAX_BYTE = 127;
const BLOCK_ROWS = 2_048;

/** For a prior without any. */
export const NO_EXEMPLARS: Exemplars = { count: 0, values: new Int8Array(0) };

/**
 * Collects exemplars from fully probed models.
 *
 * @param models rows of each
 * @param probes P
 * @param read standardized responses of chosen rows
 */
export function collectExemplars(
  models: readonly Uint32Array[],
  probes: number,
  read: (rows: Uint32Array) => Matrix,
  maxValues = MAX_VALUES,
): Exemplars {
  const kept = evenlySpaced(concatenated(models), Math.floor(maxValues / probes));
  const count = kept.length;
  const values = new Int8Array(count * probes);
  for (let first = 0; first < count; first += BLOCK_ROWS) {
    const block = read(kept.subarray(first, first + BLOCK_ROWS));
    for (let row = 0; row < block.rows; row++) {
      const start = row * probes;
      let largest = 0;
      for (let place = start; place < start + probes; place++)
        largest = Math.max(largest, Math.abs(block.data[place]));
      const scale = largest / MAX_BYTE || 1;
      for (let probe = 0; probe < probes; probe++)
        values[(first + row) * probes + probe] = Math.round(block.data[start + probe] / scale);
    }
  }
  return { count, values };
}
