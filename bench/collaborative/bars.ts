import type { CurvePoint } from './measure-curve.js';

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
/** The product's scheme. */
const PRODUCT = 'adaptive';

/** A bar for each row, probe set and share that has a goal, where any query has a right answer. */
export function barsOf(curve: readonly CurvePoint[]): Bar[] {
  return curve.flatMap(({ row, probeSet, scheme, share, asked, lost }) => {
    const goal = scheme === PRODUCT ? GOALS[share] : undefined;
    if (goal === undefined || Number.isNaN(lost.points)) return [];
    const name = `lost: ${row}, ${probeSet}, share ${share}, ${asked} queries`;
    return [{ name, value: lost.points, goal, ok: lost.points <= goal }];
  });
}
