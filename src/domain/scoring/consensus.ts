import { type Matrix, rowOf } from '../linalg/matrix.js';

/** Size of the reranked window. */
export const CONSENSUS_CANDIDATES = 200;
/** Neighbors that a candidate's score is averaged with. */
export const CONSENSUS_NEIGHBORS = 10;

/**
 * Consensus scores of a query's best candidates: the mean of a candidate's score and those of its ten nearest neighbors
 * among them, weighted by the square of the (positive) cosine. Similar logits of other models lower a result that matches
 * by luck and confirm one that matches well. Outputs of the same model are different classes, so they are no neighbors.
 *
 * A mean of the candidates' scores is never below the lowest of them, so everything behind the window stays in order.
 *
 * @param scores N scores
 * @param cosines N × N, between the candidates' index vectors
 * @param owners model of each candidate
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

/** Candidates of other models with the largest positive cosines. */
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
