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
  const nearest = new NearestNeighbors(neighbors);
  return consensusOfNeighbors(scores, (candidate) => {
    nearest.find(rowOf(cosines, candidate), numbers, numbers[candidate]);
    return nearest;
  });
}

/** The candidates nearest to one of them: their places, and their positive cosines to it, largest first. */
export interface Neighbors {
  count: number;
  candidates: ArrayLike<number>;
  cosines: ArrayLike<number>;
}

/** {@link consensusScores} where the neighbors are known. @param neighborsOf may return the same object for each candidate */
export function consensusOfNeighbors(
  scores: ArrayLike<number>,
  neighborsOf: (candidate: number) => Neighbors,
): Float64Array {
  const agreed = new Float64Array(scores.length);
  for (let candidate = 0; candidate < scores.length; candidate++) {
    const nearest = neighborsOf(candidate);
    let sum = scores[candidate];
    let weight = 1;
    for (let place = 0; place < nearest.count; place++) {
      const square = nearest.cosines[place] ** 2;
      sum += square * scores[nearest.candidates[place]];
      weight += square;
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

/** Candidates of other models with the largest positive cosines, largest first; equal ones in order. */
class NearestNeighbors implements Neighbors {
  count = 0;
  readonly candidates: Uint32Array;
  readonly cosines: Float64Array;

  constructor(readonly limit: number) {
    this.candidates = new Uint32Array(limit);
    this.cosines = new Float64Array(limit);
  }

  find(row: Float32Array, owners: Uint32Array, own: number): void {
    const { candidates, cosines, limit } = this;
    let count = 0;
    let least = 0;
    for (let other = 0; other < row.length; other++) {
      const cosine = row[other];
      if (!(cosine > least) || owners[other] === own) continue;
      let place = count < limit ? count++ : limit - 1;
      for (; place > 0 && cosines[place - 1] < cosine; place--) {
        cosines[place] = cosines[place - 1];
        candidates[place] = candidates[place - 1];
      }
      cosines[place] = cosine;
      candidates[place] = other;
      if (count === limit) least = cosines[limit - 1];
    }
    this.count = count;
  }
}
