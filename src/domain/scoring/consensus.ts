import { type Matrix, rowOf } from '../linalg/matrix.js';

/** How many of the best candidates are compared with each other. */
export const CONSENSUS_CANDIDATES = 200;
/** Neighbors of a candidate that have a say in its score. */
export const CONSENSUS_NEIGHBORS = 10;

/**
 * The scores of a query's best candidates after each has listened to those like it: a mean of its own score and its
 * ten nearest candidates', weighed by the square of their (positive) cosine. Logits of other models that recognize the
 * same and answer less well pull a lucky hit down, and those that answer well confirm it. Outputs of one model are
 * different classes and have no say in each other's.
 *
 * As a mean of candidates' scores, no result is below the least of them: the order of everything behind stays right.
 *
 * @param scores of the N candidates
 * @param cosines N × N, of the candidates' index vectors
 * @param owners the model of each candidate
 */
export function consensusScores(
  scores: ArrayLike<number>,
  cosines: Matrix,
  owners: readonly unknown[],
  neighbors = CONSENSUS_NEIGHBORS,
): Float64Array {
  return Float64Array.from(scores, (own, candidate) => {
    const row = rowOf(cosines, candidate);
    let sum = own;
    let weight = 1;
    for (const other of nearest(row, owners, candidate, neighbors)) {
      sum += row[other] ** 2 * scores[other];
      weight += row[other] ** 2;
    }
    return sum / weight;
  });
}

/** The candidates of other models with the largest positive cosines. */
function nearest(row: Float32Array, owners: readonly unknown[], candidate: number, count: number): number[] {
  const kept: number[] = [];
  for (let other = 0; other < row.length; other++) {
    if (owners[other] === owners[candidate] || row[other] <= 0) continue;
    if (kept.length === count && row[other] <= row[kept[count - 1]]) continue;
    let place = kept.length;
    while (place > 0 && row[kept[place - 1]] < row[other]) place--;
    kept.splice(place, 0, other);
    if (kept.length > count) kept.pop();
  }
  return kept;
}
