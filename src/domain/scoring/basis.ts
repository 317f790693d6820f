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

/** Extra random directions that make the leading ones accurate (Halko, Martinsson, Tropp 2011). */
const OVERSAMPLING = 16;
const ITERATIONS = 4;
/** A smaller share of the largest eigenvalue is rounding noise. */
const MIN_EIGENVALUE_SHARE = 1e-6;

/** The data that a basis is fitted to. */
export interface FitOptions {
  /** P */
  probes: number;
  /** r, see `basisRank`; the result has fewer directions when the gallery has. */
  rank: number;
  seed: number;
  version: string;
  /** `XᵀX·block / N` for a P × b block, the one expensive product. */
  multiply(block: Matrix): Promise<Matrix>;
  /** A·B for thin blocks; by default in plain JavaScript. */
  product?(a: Matrix, b: Matrix): Promise<Matrix>;
}

/**
 * Fits the basis by randomized subspace iteration (Halko, Martinsson, Tropp 2011). X is only multiplied with thin
 * blocks, so no P × P or N × N matrix is needed.
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

/** `XᵀX·block / N` in plain JavaScript, for small galleries. */
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
 * The leading directions of a gallery's descriptors (docs/architecture.md, formula 5). The index stores vectors in them,
 * and models are grouped into families by them. Models are completed with their family's own directions
 * (`response-prior.ts`); docs/collaborative-probing.md explains why.
 */
export interface Basis {
  /** Changes with every fit. Scores under different versions cannot be compared. */
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

/** The leading directions of a basis. */
export function leadingDirections(basis: Basis, rank: number): Basis {
  const { probes, rank: columns, vectors, eigenvalues } = basis;
  if (rank >= columns) return basis;
  const { data } = leadingColumns({ rows: probes, columns, data: vectors }, rank);
  return { ...basis, rank, vectors: data, eigenvalues: eigenvalues.slice(0, rank) };
}

const MAX_DIRECTIONS = 300;
/** Directions of an index, for each of the basis. */
const INDEX_SHARE = 5 / 3;

/**
 * The rank of a gallery's basis: a quarter of its logits, at most {@link MAX_DIRECTIONS}, which are enough
 * (docs/benchmarks.md), and at most half of the probes, since further directions are noise.
 */
export function basisRank(logits: number, probes: number): number {
  return Math.max(1, Math.min(MAX_DIRECTIONS, Math.floor(logits / 4), Math.floor(probes / 2)));
}

/**
 * How many directions the index has. Half of a concept's weights lie outside the basis, where scores by logit find only noise. At
 * 100,000 logits, the exact top tens of concepts lie among 2,000 candidates by 300 directions and among 160 by 500
 * (docs/benchmarks.md).
 *
 * @param rank of the basis
 */
export function indexRank(rank: number, probes: number): number {
  return Math.min(probes, Math.ceil(rank * INDEX_SHARE));
}
