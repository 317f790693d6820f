import { Matrix as DenseMatrix, EigenvalueDecomposition } from 'ml-matrix';
import type { Basis } from './basis.js';
import { type Matrix, rowOf } from './matrix.js';
import { random } from './random.js';

/** Directions drawn beyond the rank; they make the wanted ones accurate (Halko, Martinsson, Tropp 2011). */
const OVERSAMPLING = 16;
const ITERATIONS = 4;
/** Directions with less than this share of the largest eigenvalue are rounding noise. */
const SMALLEST_SHARE = 1e-6;

/** What a basis is fitted to. */
export interface FitOptions {
  /** P */
  probes: number;
  /** r, see `basisRank`; fewer are returned when the gallery has fewer directions. */
  rank: number;
  seed: number;
  version: string;
  /** `XᵀX·block / N` for a P × b block; the one heavy product, left to whoever has the best way to do it. */
  multiply(block: Matrix): Promise<Matrix>;
}

/**
 * Fits the basis by randomised subspace iteration (Halko, Martinsson, Tropp 2011): X is only ever multiplied with
 * thin blocks, so nothing of size P × P or N × N is made.
 */
export async function fitBasis({ probes, rank, seed, version, multiply }: FitOptions): Promise<Basis> {
  const width = Math.min(rank + OVERSAMPLING, probes);
  const next = random(seed);
  let block: Matrix = {
    rows: probes,
    columns: width,
    data: Float32Array.from({ length: probes * width }, () => next() * 2 - 1),
  };
  for (let iteration = 0; iteration < ITERATIONS; iteration++) block = orthonormal(await multiply(block));
  const image = await multiply(block);
  const q = dense(block);
  const { values, vectors } = descending(q.transpose().mmul(dense(image)));
  const kept = values.slice(0, rank).filter((value) => value > values[0] * SMALLEST_SHARE);
  const directions = q.mmul(vectors.subMatrix(0, width - 1, 0, kept.length - 1));
  return {
    version,
    probes,
    rank: kept.length,
    vectors: Float32Array.from(directions.to1DArray()),
    eigenvalues: Float32Array.from(kept),
  };
}

/** Gram–Schmidt, each column twice, which is orthonormal to rounding (Giraud, Langou, Rozložník 2005). */
function orthonormal({ rows, columns, data }: Matrix): Matrix {
  const basis = Array.from({ length: columns }, (_, column) =>
    Float64Array.from({ length: rows }, (_, row) => data[row * columns + column]),
  );
  for (const [column, vector] of basis.entries()) {
    for (let pass = 0; pass < 2; pass++)
      for (let other = 0; other < column; other++) subtractProjection(vector, basis[other]);
    const length = Math.hypot(...vector) || 1;
    for (let row = 0; row < rows; row++) vector[row] /= length;
  }
  const q = new Float32Array(rows * columns);
  for (const [column, vector] of basis.entries())
    for (let row = 0; row < rows; row++) q[row * columns + column] = vector[row];
  return { rows, columns, data: q };
}

function subtractProjection(vector: Float64Array, unit: Float64Array): void {
  let along = 0;
  for (let row = 0; row < unit.length; row++) along += vector[row] * unit[row];
  for (let row = 0; row < unit.length; row++) vector[row] -= along * unit[row];
}

function dense({ rows, columns, data }: Matrix): DenseMatrix {
  return DenseMatrix.from1DArray(rows, columns, data);
}

function descending(square: DenseMatrix): { values: number[]; vectors: DenseMatrix } {
  const symmetric = DenseMatrix.add(square, square.transpose()).mul(0.5);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues
    .map((_, index) => index)
    .sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  return {
    values: order.map((index) => realEigenvalues[index]),
    vectors: eigenvectorMatrix.subMatrixColumn(order),
  };
}

/** `XᵀX·block / N` in plain JavaScript, for galleries small enough. */
export function multiplyGram(descriptors: Matrix): (block: Matrix) => Promise<Matrix> {
  return async (block) => {
    const product = new Float64Array(block.rows * block.columns);
    const image = new Float64Array(block.columns);
    for (let row = 0; row < descriptors.rows; row++) {
      const x = rowOf(descriptors, row);
      image.fill(0);
      for (let probe = 0; probe < x.length; probe++) {
        for (let column = 0; column < block.columns; column++) {
          image[column] += x[probe] * block.data[probe * block.columns + column];
        }
      }
      for (let probe = 0; probe < x.length; probe++) {
        for (let column = 0; column < block.columns; column++) {
          product[probe * block.columns + column] += x[probe] * image[column];
        }
      }
    }
    return { ...block, data: Float32Array.from(product, (value) => value / descriptors.rows) };
  };
}
