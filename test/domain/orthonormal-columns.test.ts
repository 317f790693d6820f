import { describe, expect, it } from 'vitest';
import { type Matrix, random } from '../../src/domain/index.js';
import { multiply, transpose } from '../../src/domain/linalg/matrix.js';
import { orthonormalColumns } from '../../src/domain/linalg/orthonormal-columns.js';

const ROWS = 203;
/** Three blocks, the last of them small. */
const COLUMNS = 67;

const product = async (a: Matrix, b: Matrix) => multiply(a, b);

/** Columns that are nearly alike, some far larger than others. */
function skewed(): Matrix {
  const next = random(9);
  const data = new Float32Array(ROWS * COLUMNS);
  for (let row = 0; row < ROWS; row++) {
    const common = next() - 0.5;
    for (let column = 0; column < COLUMNS; column++)
      data[row * COLUMNS + column] = (common + 0.01 * (next() - 0.5)) * 10 ** (column % 4);
  }
  return { rows: ROWS, columns: COLUMNS, data };
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, place) => Math.max(largest, Math.abs(value - b[place])), 0);
}

describe('orthonormalColumns', () => {
  it('makes columns that are nearly alike orthonormal to rounding', async () => {
    const q = await orthonormalColumns(skewed(), product);
    const gram = multiply(transpose(q), q);
    const identity = gram.data.map((_, place) => (place % (COLUMNS + 1) === 0 ? 1 : 0));
    expect(largestDifference(gram.data, identity)).toBeLessThan(1e-6);
  });

  it('keeps the span', async () => {
    const columns = skewed();
    const q = await orthonormalColumns(columns, product);
    const again = multiply(q, multiply(transpose(q), columns));
    expect(largestDifference(again.data, columns.data)).toBeLessThan(1e-3);
  });
});
