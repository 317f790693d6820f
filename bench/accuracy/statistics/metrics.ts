import { bootstrap } from './bootstrap.js';

/** Figures over the queries of one row, in percent but for `mrr`. */
export interface Figures {
  top1: number;
  top5: number;
  /** Mean reciprocal rank, 0..1. */
  mrr: number;
  /** Queries that have a right answer in the gallery. */
  queries: number;
  /** Queries without one, which are left out. */
  unanswerable: number;
  /** 95 % bootstrap interval of `top1`. */
  ci95: [number, number];
}

/** @param ranks for each query the place of its first right answer, from 1; null when there is none in the gallery */
export function figures(ranks: (number | null)[]): Figures {
  const answered = ranks.filter((rank) => rank !== null);
  const share = (maxRank: number) =>
    percent(answered.filter((rank) => rank <= maxRank).length / answered.length);
  return {
    top1: share(1),
    top5: share(5),
    mrr: answered.reduce((sum, rank) => sum + 1 / rank, 0) / answered.length,
    queries: answered.length,
    unanswerable: ranks.length - answered.length,
    ci95: bootstrap(answered, top1),
  };
}

/** Queries whose best answer is right, in percent of those that have a right answer. */
export function top1(ranks: (number | null)[]): number {
  const answered = ranks.filter((rank) => rank !== null);
  return percent(answered.filter((rank) => rank === 1).length / answered.length);
}

function percent(share: number): number {
  return Math.round(share * 1000) / 10;
}

/**
 * The place of the first right answer among the allowed candidates, by falling value.
 *
 * @param isRight whether a candidate is right; only asked of allowed ones
 */
export function firstRightRank(
  values: Float32Array,
  isAllowed: (candidate: number) => boolean,
  isRight: (candidate: number) => boolean,
): number | null {
  let best = Number.NEGATIVE_INFINITY;
  for (let candidate = 0; candidate < values.length; candidate++) {
    if (values[candidate] > best && isAllowed(candidate) && isRight(candidate)) best = values[candidate];
  }
  if (best === Number.NEGATIVE_INFINITY) return null;
  let rank = 1;
  for (let candidate = 0; candidate < values.length; candidate++) {
    // Equal values count against us.
    if (values[candidate] >= best && isAllowed(candidate) && !isRight(candidate)) rank++;
  }
  return rank;
}
