import { type CurvePoint, NOVEL, REGRESSION_ONLY } from './measure-curve.js';
import { PRODUCT } from './schemes.js';

/** A figure with the goal that it is to reach. */
export interface Bar {
  name: string;
  /** Points of top-1. */
  value: number;
  /** The largest value that is good enough. */
  goal: number;
  ok: boolean;
}

/** How many points of top-1 the product may lose against full probing, by the share of the probes that is run. */
const GOALS: Readonly<Record<number, number>> = { 0.33: 1, 0.2: 3, 0.1: 8 };

/** Points that a class that no exemplar has may lose against completion without exemplars. */
const NOVEL_GOAL = 1;

/** The bars of a curve: the product's losses, and what exemplars cost classes that they do not show. */
export function barsOf(curve: readonly CurvePoint[]): Bar[] {
  return [...lossesOf(curve), ...novelOf(curve)];
}

/** A bar for each row, probe set and share that has a goal, where any query has a right answer. */
function lossesOf(curve: readonly CurvePoint[]): Bar[] {
  return curve.flatMap(({ row, probeSet, scheme, share, asked, lost }) => {
    const goal = scheme === PRODUCT && !row.startsWith(NOVEL) ? GOALS[share] : undefined;
    if (goal === undefined || Number.isNaN(lost.points)) return [];
    const name = `lost: ${row}, ${probeSet}, share ${share}, ${asked} queries`;
    return [{ name, value: lost.points, goal, ok: lost.points <= goal }];
  });
}

function novelOf(curve: readonly CurvePoint[]): Bar[] {
  return curve.flatMap((point) => {
    const { row, probeSet, scheme, share, asked, lost } = point;
    if (scheme !== PRODUCT || !row.startsWith(NOVEL) || Number.isNaN(lost.points)) return [];
    const regressed = curve.find(
      (other) =>
        other.scheme === REGRESSION_ONLY &&
        `${NOVEL}${other.row}` === row &&
        other.probeSet === probeSet &&
        other.share === share &&
        other.asked === asked,
    );
    if (!regressed) return [];
    const value = Math.round(100 * (lost.points - regressed.lost.points)) / 100;
    const name = `novel against regression: ${row}, ${probeSet}, share ${share}, ${asked} queries`;
    return [{ name, value, goal: NOVEL_GOAL, ok: value <= NOVEL_GOAL }];
  });
}
