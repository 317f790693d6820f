import { describe, expect, it } from 'vitest';
import { decodeFloat16, dot, encodeFloat16, type Matrix, random, rowOf } from '../../src/domain/index.js';
import { FloatRows } from '../../src/search/kernel/float-rows.js';
import { HalfRows, rowWeights } from '../../src/search/kernel/half-rows.js';
import { innerProducts } from '../../src/search/kernel/inner-products.js';

const next = random(7);
const numbers = (length: number) => Float32Array.from({ length }, () => (next() - 0.5) * 8);

/** Four sums of every fourth column, in float32. */
function dotFloat32(a: Float32Array, b: Float32Array): number {
  const sums = new Float32Array(4);
  for (let column = 0; column < a.length; column++) sums[column % 4] += Math.fround(a[column] * b[column]);
  return Math.fround(Math.fround(sums[0] + sums[1]) + Math.fround(sums[2] + sums[3]));
}

describe('products of float16 rows', () => {
  // Whole groups of four, rests of each length, fewer than a group, and more rows than one call takes.
  it.each([
    [1_000, 8],
    [13, 7],
    [10, 4],
    [1_027, 3],
    [2, 5],
    [4, 2_100],
  ])('of %d columns are those of the decoded rows in float32, to the last bit', (columns, count) => {
    const encoded = encodeFloat16(numbers(columns * count));
    // Zeros of both signs, the smallest number, and the largest that is not normal.
    encoded.set([0x0000, 0x8000, 0x0001, 0x83ff].slice(0, columns));
    const rows = new HalfRows(columns, 1);
    rows.reserve(count);
    rows.bytes(0, count).set(new Uint8Array(encoded.buffer));
    const weights = numbers(columns);
    const positions = Uint32Array.from({ length: count }, (_, place) => count - 1 - place);
    const products = new Float64Array(count);
    rows.multiply(positions, rowWeights(weights), products);
    const decoded: Matrix = { rows: count, columns, data: decodeFloat16(encoded) };
    expect([...products]).toEqual(Array.from(positions, (row) => dotFloat32(weights, rowOf(decoded, row))));
  });

  it('are right for weights near the limits of float32', () => {
    const rows = new HalfRows(2, 1);
    rows.bytes(0, 1).set(new Uint8Array(encodeFloat16(Float32Array.of(60_000, 0.5)).buffer));
    for (const largest of [2 ** 100, 1e30, 1, 1e-20]) {
      const products = new Float64Array(1);
      rows.multiply(Uint32Array.of(0), rowWeights(Float32Array.of(largest, -largest)), products);
      expect(products[0] / largest / 59_999.5).toBeCloseTo(1, 4);
    }
  });

  it('are none for no rows', () => {
    const products = Float64Array.of(5);
    new HalfRows(8, 0).multiply(new Uint32Array(0), rowWeights(numbers(8)), products);
    expect([...products]).toEqual([5]);
  });

  it('do not depend on rows that are not asked for', () => {
    const rows = new HalfRows(3, 2);
    rows.bytes(0, 2).set(new Uint8Array(encodeFloat16(Float32Array.of(1, 2, 3, NaN, NaN, NaN)).buffer));
    const products = new Float64Array(1);
    rows.multiply(Uint32Array.of(0), rowWeights(Float32Array.of(1, 1, 1)), products);
    expect(products[0]).toBe(6);
  });
});

it.each([
  [300, 1_000],
  [13, 7],
  [1, 1],
  [6, 4],
])('products of %d rows of %d float32 values are those of four sums, to the last bit', (rows, columns) => {
  const matrix: Matrix = { rows, columns, data: numbers(rows * columns) };
  const multiplied = new FloatRows(matrix);
  for (const vector of [numbers(columns), numbers(columns)]) {
    const wanted = Array.from({ length: rows }, (_, row) => dotFloat32(vector, rowOf(matrix, row)));
    expect([...multiplied.multiply(vector)]).toEqual(wanted);
  }
});

it.each([
  [200, 250],
  [199, 301],
  [5, 3],
  [1, 1],
])('inner products of %d rows of %d values are those of their definition', (rows, columns) => {
  const matrix: Matrix = { rows, columns, data: numbers(rows * columns) };
  const { data, ...shape } = innerProducts(matrix);
  expect(shape).toEqual({ rows, columns: rows });
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < rows; column++) {
      const wanted = dot(rowOf(matrix, row), rowOf(matrix, column));
      expect(Math.abs(data[row * rows + column] - wanted)).toBeLessThan(1e-5 * columns * 16);
    }
});
