import type { CurvePoint } from './measure-curve.js';

/** The smallest share that costs no more than so many points of top-1. */
export interface SmallestShare {
  row: string;
  probeSet: string;
  scheme: string;
  asked: number;
  share: number | null;
}

/**
 * For each row, scheme and number of queries the smallest measured share from which on no more than `points` of top-1 are
 * lost against full probing; null when no measured share is large enough.
 */
export function smallestShares(curve: readonly CurvePoint[], points: number): SmallestShare[] {
  const lines = new Map<string, CurvePoint[]>();
  for (const point of curve) {
    if (point.scheme === 'full') continue;
    const key = JSON.stringify([point.row, point.probeSet, point.scheme, point.asked]);
    lines.set(key, [...(lines.get(key) ?? []), point]);
  }
  return [...lines.values()].map((line) => {
    const falling = line.sort((a, b) => b.share - a.share);
    const tooFew = falling.findIndex(({ lost }) => lost.points > points);
    const enough = tooFew < 0 ? falling : falling.slice(0, tooFew);
    const [{ row, probeSet, scheme, asked }] = falling;
    return { row, probeSet, scheme, asked, share: enough.at(-1)?.share ?? null };
  });
}
