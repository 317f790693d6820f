import { describe, expect, it } from 'vitest';
import { descriptors, type Matrix, random, rowOf } from '../../src/domain/index.js';

const next = random(1);
const matrix = (rows: number, columns: number, value: (row: number, column: number) => number): Matrix => ({
  rows,
  columns,
  data: Float32Array.from({ length: rows * columns }, (_, index) =>
    value(Math.floor(index / columns), index % columns),
  ),
});
const logits = matrix(5, 40, () => next() * 20 - 10);

function logSoftmax({ rows, columns, data }: Matrix): Matrix {
  return matrix(rows, columns, (row, column) => {
    let sum = 0;
    for (let output = 0; output < rows; output++) sum += Math.exp(data[output * columns + column]);
    return data[row * columns + column] - Math.log(sum);
  });
}

const correlation = (a: Float32Array, b: Float32Array) =>
  a.reduce((sum, x, i) => sum + (x * b[i]) / a.length, 0);

describe('descriptors', () => {
  it('are the same for logits and for their log-softmax', () => {
    const a = descriptors(logits).rows.data;
    const b = descriptors(logSoftmax(logits)).rows.data;
    for (let index = 0; index < a.length; index++) expect(b[index]).toBeCloseTo(a[index], 4);
  });

  it('have mean 0 and standard deviation 1', () => {
    const row = rowOf(descriptors(logits).rows, 2);
    const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
    expect(mean).toBeCloseTo(0, 5);
    expect(row.reduce((sum, value) => sum + value ** 2, 0) / row.length).toBeCloseTo(1, 5);
  });

  it('of independent labels are those that each has alone, and no two are each other’s negative', () => {
    const two = matrix(2, 40, (row, column) => logits.data[row * 40 + column]);
    const { rows } = descriptors({ ...two, multiLabel: true });
    for (const row of [0, 1])
      expect(rowOf(rows, row)).toEqual(
        rowOf(descriptors(matrix(1, 40, (_, column) => two.data[row * 40 + column])).rows, 0),
      );
    const gauged = descriptors(two).rows;
    expect(correlation(rowOf(gauged, 0), rowOf(gauged, 1))).toBeLessThan(-0.9);
    expect(correlation(rowOf(rows, 0), rowOf(rows, 1))).toBeGreaterThan(-0.5);
  });

  it('do not change with a positive scale', () => {
    const scaled = { ...logits, data: logits.data.map((value) => value * 4) };
    expect(descriptors(scaled).rows.data[7]).toBeCloseTo(descriptors(logits).rows.data[7], 5);
  });

  it('leave out constant and non-finite outputs without touching the others', () => {
    const broken = matrix(5, 40, (row, column) => {
      if (row === 1) return 3;
      if (row === 3) return column === 9 ? Number.NaN : column;
      return logits.data[row * 40 + column];
    });
    const { rows, degenerate } = descriptors(broken);
    expect([...degenerate]).toEqual([0, 1, 0, 1, 0]);
    expect(rowOf(rows, 0).every(Number.isFinite)).toBe(true);
    expect(rowOf(rows, 3).every((value) => value === 0)).toBe(true);
  });

  it('of the one output that is whole are those that it has alone', () => {
    const alone = matrix(1, 40, (_, column) => logits.data[column]);
    const beside = matrix(2, 40, (row, column) => {
      if (row === 1) return column === 9 ? Number.NaN : column;
      return logits.data[column];
    });
    const { rows, degenerate } = descriptors(beside);
    expect([...degenerate]).toEqual([0, 1]);
    expect(rowOf(rows, 0)).toEqual(rowOf(descriptors(alone).rows, 0));
  });

  it('of a model with one output have no gauge', () => {
    const single = matrix(1, 10, (_, column) => column);
    expect(descriptors(single).degenerate[0]).toBe(0);
  });
});
