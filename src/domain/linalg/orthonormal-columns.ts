import { type Matrix, rowOf, transpose } from './matrix.js';

/** Columns per block; only they are orthonormalized without matrix products. */
const BLOCK = 32;

/**
 * An orthonormal basis of the columns' span: block Gram–Schmidt with reorthogonalization, which is orthonormal up to
 * rounding for any columns (Barlow, Smoktunowicz 2013). A column that depends on those before it becomes an arbitrary
 * direction, or 0.
 *
 * @param product A·B
 */
export async function orthonormalColumns(
  matrix: Matrix,
  product: (a: Matrix, b: Matrix) => Promise<Matrix>,
): Promise<Matrix> {
  // Columns as rows, so that each is contiguous.
  const transposed = transpose(matrix);
  for (let first = 0; first < transposed.rows; first += BLOCK) {
    const done = rowsBetween(transposed, 0, first);
    const block = rowsBetween(transposed, first, Math.min(first + BLOCK, transposed.rows));
    const doneColumns = transpose(done);
    for (let pass = 0; pass < 2; pass++) {
      if (first > 0) {
        const along = await product(await product(block, doneColumns), done);
        for (let place = 0; place < block.data.length; place++) block.data[place] -= along.data[place];
      }
      makeOrthonormal(block);
    }
  }
  return transpose(transposed);
}

/** Rows `first` … `last` − 1, sharing the matrix's memory. */
function rowsBetween({ columns, data }: Matrix, first: number, last: number): Matrix {
  return { rows: last - first, columns, data: data.subarray(first * columns, last * columns) };
}

/** Gram–Schmidt over rows, in place. */
function makeOrthonormal(block: Matrix): void {
  const vectors = Array.from({ length: block.rows }, (_, row) => Float64Array.from(rowOf(block, row)));
  for (const [row, vector] of vectors.entries()) {
    for (let other = 0; other < row; other++) subtractProjection(vector, vectors[other]);
    let squares = 0;
    for (let place = 0; place < vector.length; place++) squares += vector[place] ** 2;
    const length = Math.sqrt(squares) || 1;
    for (let place = 0; place < vector.length; place++) vector[place] /= length;
    block.data.set(vector, row * block.columns);
  }
}

function subtractProjection(vector: Float64Array, unit: Float64Array): void {
  let [even, odd] = [0, 0];
  let place = 0;
  for (; place + 1 < unit.length; place += 2) {
    even += vector[place] * unit[place];
    odd += vector[place + 1] * unit[place + 1];
  }
  if (place < unit.length) even += vector[place] * unit[place];
  const along = even + odd;
  for (let row = 0; row < unit.length; row++) vector[row] -= along * unit[row];
}
