import { mean } from '../accuracy/statistics/correlation.js';

/** Points of top-1 that are lost, and the standard error of that over queries. */
export interface Lost {
  points: number;
  standardError: number;
}

/**
 * What the same queries lost of top-1 from one gallery to another. Most are right or wrong in both, so that the
 * difference is known far better than either figure.
 *
 * @param before and @param after for each query the place of its first right answer, from 1; null when there is none
 */
export function lostBetween(before: (number | null)[], after: (number | null)[]): Lost {
  const answerable = [...before.keys()].filter((query) => before[query] !== null);
  const changes = answerable.map((query) => Number(before[query] === 1) - Number(after[query] === 1));
  const points = mean(changes);
  const variance = mean(changes.map((change) => (change - points) ** 2));
  return {
    points: round(100 * points),
    standardError: round(100 * Math.sqrt(variance / changes.length)),
  };
}

function round(points: number): number {
  return Math.round(points * 100) / 100;
}
