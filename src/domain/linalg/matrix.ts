/** A dense matrix, row-major. */
export interface Matrix {
  rows: number;
  columns: number;
  /** rows × columns values. */
  data: Float32Array;
}

/** Row `index` of a matrix, sharing its memory. */
export function rowOf(matrix: Matrix, index: number): Float32Array {
  return matrix.data.subarray(index * matrix.columns, (index + 1) * matrix.columns);
}

/** The given columns, in this order. */
export function columnsOf<Kind extends Matrix>(matrix: Kind, chosen: ArrayLike<number>): Kind {
  const { rows, columns, data } = matrix;
  const picked = new Float32Array(rows * chosen.length);
  for (let row = 0; row < rows; row++) {
    for (let place = 0; place < chosen.length; place++)
      picked[row * chosen.length + place] = data[row * columns + chosen[place]];
  }
  return { ...matrix, columns: chosen.length, data: picked };
}

/** The first `count` columns. */
export function leadingColumns(matrix: Matrix, count: number): Matrix {
  const data = new Float32Array(matrix.rows * count);
  for (let row = 0; row < matrix.rows; row++) data.set(rowOf(matrix, row).subarray(0, count), row * count);
  return { rows: matrix.rows, columns: count, data };
}

/** A matrix of rows. @param rows vectors of equal length */
export function stackRows(rows: readonly Float32Array[]): Matrix {
  const columns = rows[0]?.length ?? 0;
  const data = new Float32Array(rows.length * columns);
  for (const [row, values] of rows.entries()) data.set(values, row * columns);
  return { rows: rows.length, columns, data };
}

/** Scales every row to unit length; zero rows stay zero. */
export function unitRows(matrix: Matrix): Matrix {
  const unit: Matrix = { ...matrix, data: matrix.data.slice() };
  for (let row = 0; row < unit.rows; row++) {
    const vector = rowOf(unit, row);
    let squares = 0;
    for (const value of vector) squares += value * value;
    const length = Math.sqrt(squares) || 1;
    for (let axis = 0; axis < vector.length; axis++) vector[axis] /= length;
  }
  return unit;
}

/** The transposed matrix, copied. */
export function transpose({ rows, columns, data }: Matrix): Matrix {
  const transposed = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      transposed[column * rows + row] = data[row * columns + column];
  return { rows: columns, columns: rows, data: transposed };
}

/** A·B in plain JavaScript, four rows of B at a time, summed as float64. For products too small for a BLAS. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  const width = b.columns;
  const data = new Float32Array(a.rows * width);
  const sums = new Float64Array(width);
  for (let row = 0; row < a.rows; row++) {
    sums.fill(0);
    const start = row * a.columns;
    let inner = 0;
    for (; inner + 3 < a.columns; inner += 4) {
      const a0 = a.data[start + inner];
      const a1 = a.data[start + inner + 1];
      const a2 = a.data[start + inner + 2];
      const a3 = a.data[start + inner + 3];
      const b0 = inner * width;
      const b1 = b0 + width;
      const b2 = b1 + width;
      const b3 = b2 + width;
      for (let column = 0; column < width; column++) {
        sums[column] +=
          a0 * b.data[b0 + column] +
          a1 * b.data[b1 + column] +
          a2 * b.data[b2 + column] +
          a3 * b.data[b3 + column];
      }
    }
    for (; inner < a.columns; inner++) {
      const value = a.data[start + inner];
      for (let column = 0; column < width; column++) sums[column] += value * b.data[inner * width + column];
    }
    data.set(sums, row * width);
  }
  return { rows: a.rows, columns: width, data };
}
