import { describe, expect, it } from 'vitest';
import {
  decodeFloat16,
  descriptors,
  encodeFloat16,
  type Matrix,
  random,
  rowOf,
  similarityMatrix,
} from '../../src/domain/index.js';

const PROBES = 50;
const next = random(3);
const responses = (rows: number): Matrix => ({
  rows,
  columns: PROBES,
  data: Float32Array.from({ length: rows * PROBES }, () => next() * 10),
});
const a = descriptors(responses(4));
const b = descriptors(responses(3));

describe('similarityMatrix', () => {
  it('is ⟨x, y⟩ / P for every pair of descriptors', async () => {
    const matrix = await similarityMatrix(a, b);
    expect([matrix.rows, matrix.columns, matrix.data.length]).toEqual([4, 3, 12]);
    for (let row = 0; row < 4; row++)
      for (let column = 0; column < 3; column++) {
        const x = rowOf(a.rows, row);
        const y = rowOf(b.rows, column);
        const wanted = x.reduce((sum, value, probe) => sum + value * y[probe], 0) / PROBES;
        expect(rowOf(matrix, row)[column]).toBeCloseTo(wanted, 5);
      }
  });

  it('of a model with itself is symmetric with a diagonal of 1, also after rounding to float16', async () => {
    const rounded = { ...a, rows: { ...a.rows, data: decodeFloat16(encodeFloat16(a.rows.data)) } };
    const matrix = await similarityMatrix(rounded, rounded);
    for (let row = 0; row < 4; row++) {
      expect(rowOf(matrix, row)[row]).toBeCloseTo(1, 6);
      for (let column = 0; column < 4; column++)
        expect(rowOf(matrix, row)[column]).toBe(rowOf(matrix, column)[row]);
    }
  });

  it('is turned over when the models are exchanged', async () => {
    const matrix = await similarityMatrix(a, b);
    const turned = await similarityMatrix(b, a);
    expect(rowOf(turned, 2)[1]).toBe(rowOf(matrix, 1)[2]);
  });

  it('has no value where a logit is degenerate, and leaves the others alone', async () => {
    const broken = responses(3);
    rowOf(broken, 1).fill(7);
    const matrix = await similarityMatrix(descriptors(broken), b);
    expect([...rowOf(matrix, 1)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect([...rowOf(matrix, 0), ...rowOf(matrix, 2)].every(Number.isFinite)).toBe(true);
    const turned = await similarityMatrix(b, descriptors(broken));
    expect([0, 1, 2].map((row) => Number.isNaN(rowOf(turned, row)[1]))).toEqual([true, true, true]);
  });

  it('is refused for other numbers of probes', async () => {
    const other = descriptors({ ...responses(2), columns: PROBES / 2, rows: 4 });
    await expect(similarityMatrix(a, other)).rejects.toThrow(RangeError);
  });
});
