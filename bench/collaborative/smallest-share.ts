import type { CurvePoint } from './measure-curve.js';

/** The smallest share that costs no more than so many points of top-1. */
export interface SmallestShare {
  row: string;
  probeSet: string;
  scheme: string;
  share: number | null;
}

/**
 * For each row and scheme the smallest measured share from which on top-1 stays within `points` of that of full probing;
 * null when no measured share is large enough.
 */
export function smallestShares(curve: readonly CurvePoint[], points: number): SmallestShare[] {
  return curve
    .filter(({ scheme }) => scheme === 'full')
    .flatMap(({ row, probeSet, top1 }) => {
      const schemes = new Set(curve.filter(({ scheme }) => scheme !== 'full').map(({ scheme }) => scheme));
      return [...schemes].map((scheme): SmallestShare => {
        const falling = curve
          .filter((point) => point.row === row && point.probeSet === probeSet && point.scheme === scheme)
          .sort((a, b) => b.share - a.share);
        const tooFew = falling.findIndex((point) => point.top1 < top1 - points);
        const enough = tooFew < 0 ? falling : falling.slice(0, tooFew);
        return { row, probeSet, scheme, share: enough.at(-1)?.share ?? null };
      });
    });
}
