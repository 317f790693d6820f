/** Cosines of all pairs of outputs: a signed byte each, the cosine times 127; −128 where an output is degenerate. */
export interface Cells {
  rowCount: number;
  columnCount: number;
  cells: Int8Array;
}

/** An output of each model, and how alike they are. */
export interface Pair {
  row: number;
  column: number;
  /** −1 to 1 */
  cosine: number;
}

const SCALE = 127;
const DEGENERATE = -128;

/** The cosine of a pair; null where an output is degenerate. */
export function cosineAt({ columnCount, cells }: Cells, row: number, column: number): number | null {
  const cell = cells[row * columnCount + column];
  return cell === DEGENERATE ? null : cell / SCALE;
}

/** Pairs in which each output is the other's nearest, the most alike first. */
export function bestPairs({ rowCount, columnCount, cells }: Cells): Pair[] {
  const bestColumn = new Int32Array(rowCount).fill(-1);
  const bestRow = new Int32Array(columnCount).fill(-1);
  const value = (row: number, column: number) =>
    row < 0 || column < 0 ? DEGENERATE : cells[row * columnCount + column];
  for (let row = 0; row < rowCount; row++)
    for (let column = 0; column < columnCount; column++) {
      const cell = value(row, column);
      if (cell > value(row, bestColumn[row])) bestColumn[row] = column;
      if (cell > value(bestRow[column], column)) bestRow[column] = row;
    }
  const pairs: Pair[] = [];
  for (let row = 0; row < rowCount; row++) {
    const column = bestColumn[row];
    if (column >= 0 && bestRow[column] === row)
      pairs.push({ row, column, cosine: value(row, column) / SCALE });
  }
  return pairs.sort((a, b) => b.cosine - a.cosine);
}
