import { describe, expect, it } from 'vitest';
import { bestPairs, cosineAt } from '../../ui/src/pages/best-pairs.js';

const matrix = (rowCount: number, columnCount: number, cells: number[]) => ({
  rowCount,
  columnCount,
  cells: Int8Array.from(cells),
});

describe('pairs of outputs that recognize the same', () => {
  it('are those that are nearest to each other, the most alike first', () => {
    const pairs = bestPairs(matrix(3, 2, [100, 127, 10, 120, 50, 0]));
    // Row 2 is nearest to column 0, but column 0 is nearest to row 0.
    expect(pairs).toEqual([{ row: 0, column: 1, cosine: 1 }]);
    expect(bestPairs(matrix(2, 2, [64, 0, 0, 127])).map(({ row, column }) => [row, column])).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });

  it('have no degenerate outputs', () => {
    expect(bestPairs(matrix(2, 1, [-128, 5]))).toEqual([{ row: 1, column: 0, cosine: 5 / 127 }]);
    expect(bestPairs(matrix(1, 1, [-128]))).toEqual([]);
    expect(cosineAt(matrix(1, 1, [-128]), 0, 0)).toBeNull();
  });

  it('may have cosines below 0', () => {
    expect(bestPairs(matrix(1, 1, [-127]))).toEqual([{ row: 0, column: 0, cosine: -1 }]);
  });
});
