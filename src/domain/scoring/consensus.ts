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
  const numbers = numbered(owners);
  const agreed = new Float64Array(scores.length);
  for (let candidate = 0; candidate < scores.length; candidate++) {
    const row = rowOf(cosines, candidate);
    let sum = scores[candidate];
    let weight = 1;
    for (const other of nearest(row, numbers, candidate, neighbors)) {
      sum += row[other] ** 2 * scores[other];
      weight += row[other] ** 2;
    }
    agreed[candidate] = sum / weight;
  }
  return agreed;
}

/** The same number for the same owner. */
function numbered(owners: readonly unknown[]): Uint32Array {
  const numbers = new Map<unknown, number>();
  return Uint32Array.from(owners, (owner) => {
    const number = numbers.get(owner) ?? numbers.size;
    numbers.set(owner, number);
    return number;
  });
}

/** Candidates of other models with the largest positive cosines. */
function nearest(row: Float32Array, owners: Uint32Array, candidate: number, count: number): number[] {
  const kept: number[] = [];
  const own = owners[candidate];
  let least = 0;
  for (let other = 0; other < row.length; other++) {
    const cosine = row[other];
    if (!(cosine > least) || owners[other] === own) continue;
    let place = Math.min(kept.length, count - 1);
    for (; place > 0 && row[kept[place - 1]] < cosine; place--) kept[place] = kept[place - 1];
    kept[place] = other;
    if (kept.length === count) least = row[kept[count - 1]];
  }
  return kept;
}
