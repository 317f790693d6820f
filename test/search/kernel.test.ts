import { describe, expect, it } from 'vitest';
import { decodeFloat16, dot, encodeFloat16, type Matrix, random, rowOf } from '../../src/domain/index.js';
import { HalfRows, rowWeights } from '../../src/search/kernel/half-rows.js';
import { innerProducts } from '../../src/search/kernel/inner-products.js';

const next = random(7);
const numbers = (length: number) => Float32Array.from({ length }, () => (next() - 0.5) * 8);

describe('products of float16 rows', () => {
  // Whole groups of four, rests of each length, fewer than a group, and more rows than one call takes.
  it.each([
    [1_000, 8],
    [13, 7],
    [10, 4],
    [1_027, 3],
    [2, 5],
    [4, 2_100],
  ])('of %d columns are those of the decoded rows, to the last bit', (columns, count) => {
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
    expect([...products]).toEqual(Array.from(positions, (row) => dot(weights, rowOf(decoded, row))));
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
