import { readFileSync, writeFileSync } from 'node:fs';
import { barsOf } from './bars.js';
import { emptyReport, type Report } from './report.js';

/** The figures that are looked for by name stand at the top: `{ bars, curve, fitSeconds, peakMiB, … }`. */
export function writeReport(path: string, report: Report): void {
  const { curve, scale, ...rest } = report;
  const { fitSeconds = null, peakMiB = null } = scale ?? {};
  writeFileSync(
    path,
    `${JSON.stringify({ bars: barsOf(curve), curve, fitSeconds, peakMiB, scale, ...rest }, null, 2)}\n`,
  );
}

/** @throws Error when it is not what `writeReport` wrote */
export function readReport(path: string): Report {
  const { bars: _, ...read } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Report> & { bars?: unknown };
  const lists = [read.curve, read.errors, read.distances, read.zoo];
  if (!lists.every(Array.isArray) || read.took === undefined)
    throw new Error(`${path} is not a report that this benchmark wrote with --json`);
  return { ...emptyReport(), ...read };
}

/** One report of several, of different parts or of different times: what a later one measured, too, is taken from it. */
export function mergeReports(earlier: Report, later: Report): Report {
  return {
    curve: merged(earlier.curve, later.curve, ({ row, probeSet, scheme, share, asked }) => [
      row,
      probeSet,
      scheme,
      share,
      asked,
    ]),
    errors: merged(earlier.errors, later.errors, ({ probeSet, scheme, share }) => [probeSet, scheme, share]),
    distances: merged(earlier.distances, later.distances, ({ row, probeSet, share }) => [
      row,
      probeSet,
      share,
    ]),
    zoo: merged(earlier.zoo, later.zoo, ({ plan, model }) => [JSON.stringify(plan), model]),
    scale: later.scale ?? earlier.scale,
    took: { ...earlier.took, ...later.took },
    leftOut: [...new Set([...earlier.leftOut, ...later.leftOut])],
  };
}

/** What has the same key as something later gives its place to that. */
function merged<Point>(earlier: Point[], later: Point[], keyOf: (point: Point) => unknown[]): Point[] {
  const points = new Map<string, Point>();
  for (const point of [...earlier, ...later]) points.set(JSON.stringify(keyOf(point)), point);
  return [...points.values()];
}
