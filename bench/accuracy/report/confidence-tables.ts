import type { ConfidenceCurve } from '../../../src/domain/index.js';
import type { Report } from './report.js';
import { spanOf, type Table } from './table.js';

/** Tables about the confidence of answers. */
export function confidenceTables(report: Report): Table[] {
  return [confidence(report), curves(report), deciles(report)];
}

function confidence({ calibration }: Report): Table {
  return {
    title: 'Confidence',
    text: [
      'The expected calibration error (ECE) of the shipped curves on the odd models, over ten results per query, with its',
      'interval over queries. Then, always on models that the curve was not fitted to, the ECE of a curve fitted to the even',
      'models; of one fitted to the odd models, on the even ones; of one fitted to the even models with the other probe set',
      'only; and of the shipped curve in a gallery of every fourth odd model. Last, the mean confidence of the best result if',
      'the gallery has a right one, and if it has none.',
    ].join('\n'),
    columns: [
      'row',
      'probe set',
      'ECE (95 %)',
      'refitted',
      'halves swapped',
      'other probe set',
      'smaller gallery',
      'answers',
      'known',
      'unknown',
    ],
    rows: calibration.map(({ row, probeSet, ece, eceInterval, checks, answers, known, unknown }) => [
      row,
      probeSet,
      `${ece.toFixed(3)} (${spanOf(eceInterval)})`,
      checks.refitted.toFixed(3),
      checks.swapped.toFixed(3),
      checks.otherProbeSets?.toFixed(3) ?? '',
      checks.smallerGallery?.toFixed(3) ?? '',
      answers,
      known.toFixed(2),
      unknown?.toFixed(2) ?? '',
    ]),
  };
}

function curves({ fitted }: Report): Table {
  const partsOf = ({ offset, slope, margin, max }: ConfidenceCurve) => [
    offset.toFixed(2),
    slope.toFixed(2),
    margin.toFixed(2),
    max,
  ];
  return {
    title: 'Confidence: curves',
    text: 'The curves in `src/domain/scoring/confidence.ts`, and those fitted to the even models with both probe sets in this run.',
    columns: ['row', 'curve', 'offset', 'slope', 'margin', 'most'],
    rows: fitted.flatMap(({ row, shipped, fitted: fit }) => [
      [row, 'shipped', ...partsOf(shipped)],
      [row, 'fitted', ...partsOf(fit)],
    ]),
  };
}

function deciles({ calibration }: Report): Table {
  return {
    title: 'Confidence: by decile',
    text: '',
    columns: ['row', 'probe set', 'confidence', 'answers', 'mean confidence', 'right'],
    rows: calibration.flatMap(({ row, probeSet, deciles: bins }) =>
      bins
        .filter(({ answers }) => answers > 0)
        .map(({ from, answers, confidence: mean, right }) => [
          row,
          probeSet,
          `${from.toFixed(1)}–${(from + 0.1).toFixed(1)}`,
          answers,
          mean.toFixed(2),
          right.toFixed(2),
        ]),
    ),
  };
}
