import { type Matrix, rowOf, topProbes, transpose, unitRows } from '../../../src/domain/index.js';
import type { MatrixProducts } from '../../../src/search/matrix-products.js';

/** n × N: for each query a value of every logit, higher is better. */
export type Scores = Matrix;

/** Inner products of queries with rows. */
export async function products(with_: MatrixProducts, queries: Matrix, rows: Matrix): Promise<Scores> {
  return with_.project(queries, transpose(rows));
}

/** Cosines of queries with rows, over all probes. */
export async function cosines(with_: MatrixProducts, queries: Matrix, rows: Matrix): Promise<Scores> {
  return products(with_, unitRows(queries), unitRows(rows));
}

/** Negative squared Euclidean distances, over all probes. */
export function euclidean(with_: MatrixProducts, queries: Matrix, rows: Matrix): Promise<Scores> {
  return asymmetric(with_, queries, rows, queries.columns);
}

/**
 * The paper's discrepancy of each query to each row, negative and squared: over the k probes where the query is
 * largest, `Σ (q − x)² = Σ q² − 2 ⟨q, x⟩ + Σ x²`, as two products.
 */
export async function asymmetric(
  with_: MatrixProducts,
  queries: Matrix,
  rows: Matrix,
  k: number,
): Promise<Scores> {
  const masked: Matrix = { ...queries, data: new Float32Array(queries.data.length) };
  const mask: Matrix = { ...queries, data: new Float32Array(queries.data.length) };
  for (let query = 0; query < queries.rows; query++) {
    for (const probe of topProbes(rowOf(queries, query), k)) {
      rowOf(masked, query)[probe] = rowOf(queries, query)[probe];
      rowOf(mask, query)[probe] = 1;
    }
  }
  const turned = transpose(rows);
  const inner = await with_.project(masked, turned);
  const squares = await with_.project(mask, { ...turned, data: turned.data.map((value) => value * value) });
  return { ...inner, data: inner.data.map((value, place) => 2 * value - squares.data[place]) };
}

/** Some rows of a matrix. */
export function pick(matrix: Matrix, places: readonly number[]): Matrix {
  const data = new Float32Array(places.length * matrix.columns);
  for (const [to, from] of places.entries()) data.set(rowOf(matrix, from), to * matrix.columns);
  return { rows: places.length, columns: matrix.columns, data };
}
