import { Matrix as DenseMatrix, EigenvalueDecomposition } from 'ml-matrix';
import {
  leadingColumns,
  type Matrix,
  multiply as multiplyPlainly,
  rowOf,
  transpose,
} from '../linalg/matrix.js';
import { orthonormalColumns } from '../linalg/orthonormal-columns.js';
import { random } from '../linalg/random.js';

/** Directions drawn beyond the rank; they make the wanted ones accurate (Halko, Martinsson, Tropp 2011). */
const OVERSAMPLING = 16;
const ITERATIONS = 4;
/** Directions with less than this share of the largest eigenvalue are rounding noise. */
const MIN_EIGENVALUE_SHARE = 1e-6;

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
  /** A·B for the thin blocks themselves; in plain JavaScript when there is no better way. */
  product?(a: Matrix, b: Matrix): Promise<Matrix>;
}

/**
 * Fits the basis by randomized subspace iteration (Halko, Martinsson, Tropp 2011): X is only ever multiplied with
 * thin blocks, so nothing of size P × P or N × N is made.
 */
export async function fitBasis({
  probes,
  rank,
  seed,
  version,
  multiply,
  product = async (a, b) => multiplyPlainly(a, b),
}: FitOptions): Promise<Basis> {
  const width = Math.min(rank + OVERSAMPLING, probes);
  const next = random(seed);
  let block: Matrix = {
    rows: probes,
    columns: width,
    data: Float32Array.from({ length: probes * width }, () => next() * 2 - 1),
  };
  for (let iteration = 0; iteration < ITERATIONS; iteration++)
    block = await orthonormalColumns(await multiply(block), product);
  const image = await multiply(block);
  const { values, vectors } = eigenDescending(toDense(await product(transpose(block), image)));
  const kept = values.slice(0, rank).filter((value) => value > values[0] * MIN_EIGENVALUE_SHARE);
  const directions = await product(block, leadingColumns(vectors, kept.length));
  return {
    version,
    probes,
    rank: kept.length,
    vectors: directions.data,
    eigenvalues: Float32Array.from(kept),
  };
}

function toDense({ rows, columns, data }: Matrix): DenseMatrix {
  return DenseMatrix.from1DArray(rows, columns, data);
}

function eigenDescending(square: DenseMatrix): { values: number[]; vectors: Matrix } {
  const symmetric = DenseMatrix.add(square, square.transpose()).mul(0.5);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues
    .map((_, index) => index)
    .sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  return {
    values: order.map((index) => realEigenvalues[index]),
    vectors: {
      rows: square.rows,
      columns: order.length,
      data: Float32Array.from(eigenvectorMatrix.subMatrixColumn(order).to1DArray()),
    },
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

/**
 * The leading directions of a probe set's gallery: design 3.5. Index and text candidates share it, probes are chosen for
 * what they tell of it, and models are sorted into families by it. Models are completed by the families' own directions
 * (`response-prior.ts`): docs/collaborative-probing.md says why.
 */
export interface Basis {
  /** Changes with every fit: scores under different versions are not compared. */
  version: string;
  /** P */
  probes: number;
  /** r */
  rank: number;
  /** P × r, row after row; orthonormal columns. */
  vectors: Float32Array;
  /** r eigenvalues of XᵀX/N, descending, positive. */
  eigenvalues: Float32Array;
}

const MAX_DIRECTIONS = 300;

/**
 * How many directions a gallery earns: a quarter of its logits, at most 300 (design 3.5: 200–300 are enough), and at
 * most half of the probes, beyond which directions are noise.
 */
export function basisRank(logits: number, probes: number): number {
  return Math.max(1, Math.min(MAX_DIRECTIONS, Math.floor(logits / 4), Math.floor(probes / 2)));
}
