import type { Table } from '../accuracy/report/table.js';
import type { MeasuredCurve } from './measure-curve.js';
import type { Scale } from './measure-scale.js';
import type { ZooPoint } from './measure-zoo.js';
import { scaleTable } from './scale-table.js';
import { smallestShares } from './smallest-share.js';
import { zooTables } from './zoo-table.js';

/** Everything that was measured, in one run or in several. */
export interface Report extends MeasuredCurve {
  zoo: ZooPoint[];
  /** Null: not measured. */
  scale: Scale | null;
  /** What each part took, in seconds, by its name. */
  took: Record<string, number>;
  /** Parts that the hub lacks the files for, each with the reason. */
  leftOut: string[];
}

export function emptyReport(): Report {
  return { curve: [], errors: [], distances: [], zoo: [], scale: null, took: {}, leftOut: [] };
}

const POINTS = 2;

/** The report as tables, for the console and for the page. */
export function tablesOf({ curve, errors, distances, zoo, scale }: Report): Table[] {
  const tables: Table[] = [
    {
      title: 'The smallest share',
      text: `The smallest measured share with top-1 within ${POINTS} points of full probing, there and at all larger shares.`,
      columns: ['row', 'probe set', 'scheme', 'queries', 'share'],
      rows: smallestShares(curve, POINTS).map(({ row, probeSet, scheme, asked, share }) => [
        row,
        probeSet,
        scheme,
        asked,
        share ?? 'none',
      ]),
    },
    {
      title: 'The curve',
      text: "Top-1 and top-5 in percent, in brackets the 95 % interval over queries; the loss of top-1 of the same queries compared with full probing, ± its standard error. A smaller number of logits is a subset of a larger one; texts are the hub's classes.",
      columns: ['row', 'probe set', 'scheme', 'share', 'queries', 'top-1 (95 %)', 'lost', 'top-5'],
      rows: curve.map(({ row, probeSet, scheme, share, asked, top1, top5, ci95, lost }) => [
        row,
        probeSet,
        scheme,
        share,
        asked,
        `${top1.toFixed(1)} (${ci95.join('–')})`,
        `${lost.points.toFixed(1)} ± ${lost.standardError.toFixed(1)}`,
        top5.toFixed(1),
      ]),
    },
    {
      title: 'Expected and true error of completion',
      text: 'Squared error per probe of a descriptor of variance 1: expected by `completionError`, and true; their correlation over logits; and the time to choose the probes of a model and to complete it.',
      columns: ['probe set', 'scheme', 'share', 'expected', 'true', 'correlation', 'ms a model'],
      rows: errors.map((point) => [
        point.probeSet,
        point.scheme,
        point.share,
        point.expectedError.toFixed(3),
        point.trueError.toFixed(3),
        point.errorCorrelation.toFixed(2),
        Math.round(point.millisecondsPerModel),
      ]),
    },
    {
      title: 'The effect of weighting by certainty',
      text: "Top-1 and top-5 by `distance`, the paper's discrepancy, on completed descriptors: with each probe weighted by its certainty, as the product does, and with equal weights. Adaptive probing; 400 queries by logit.",
      columns: [
        'row',
        'probe set',
        'share',
        'weighed: top-1',
        'alike: top-1',
        'weighed: top-5',
        'alike: top-5',
      ],
      rows: distances.map(({ row, probeSet, share, weighed, unweighed }) => [
        row,
        probeSet,
        share,
        weighed.top1.toFixed(1),
        unweighed.top1.toFixed(1),
        weighed.top5.toFixed(1),
        unweighed.top5.toFixed(1),
      ]),
    },
  ];
  tables.push(...zooTables(zoo));
  if (scale) tables.push(scaleTable(scale));
  return tables.filter(({ rows }) => rows.length > 0);
}
