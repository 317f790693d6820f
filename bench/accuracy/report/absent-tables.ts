import type { AnswerCurve } from '../../../src/domain/index.js';
import type { Report } from './report.js';
import type { Table } from './table.js';

/** Tables about what galleries say of what they do not know. */
export function absentTables(report: Report): Table[] {
  return [honesty(report), curves(report)];
}

function honesty({ absent }: Report): Table {
  return {
    title: 'What no model knows',
    text: [
      'Of the odd models, and of every fourth of them (`…-quarter`). The area under the ROC curve of the confidence of a right first',
      'result against that for a class whose outputs are taken out (absent), for a class of ImageNet that no model knows (unknown), and',
      'for something that no photo shows (off-topic). Then the shares with a fit: absent and off-topic called GOOD; present and right',
      'called NOT_REPRESENTED and GOOD; off-topic called NOT_REPRESENTED; words for many classes ("dog")',
      'called NOT_REPRESENTED although the first result is right. Last, the expected calibration error over present, absent and',
      'off-topic queries, of ten results and of the first alone, and the mean confidence of the first result.',
    ].join('\n'),
    columns: [
      'row',
      'probe set',
      'AUROC absent',
      'unknown',
      'off-topic',
      'absent GOOD',
      'off-topic GOOD',
      'right refused',
      'right GOOD',
      'off-topic refused',
      'broad refused',
      'ECE',
      'first',
      'right / absent / off-topic',
      'queries',
    ],
    rows: absent.map((row) => [
      row.row,
      row.probeSet,
      row.auroc.toFixed(3),
      row.unknownAuroc?.toFixed(3) ?? '',
      row.offTopicAuroc.toFixed(3),
      ...[row.absentGood, row.offTopicGood, row.presentRefused, row.presentGood, row.offTopicRefused].map(
        percent,
      ),
      row.broadRefused === null ? '' : percent(row.broadRefused),
      row.ece.toFixed(3),
      row.eceFirst.toFixed(3),
      row.confidence.map((value) => value.toFixed(2)).join(' / '),
      row.questions,
    ]),
  };
}

function curves({ answerCurves }: Report): Table {
  const partsOf = ({ offset, stand, lead, score, match, naming, shown, unnamed }: AnswerCurve) =>
    [offset, stand, lead, score, match, naming, shown, unnamed].map((value) => value.toFixed(2));
  return {
    title: 'What no model knows: curves',
    text: 'The curves in `src/domain/scoring/answer-fit.ts`, and those fitted to the even models with both probe sets in this run; lead, score and naming are held.',
    columns: ['curve', '', 'offset', 'stand', 'lead', 'score', 'match', 'naming', 'shown', 'unnamed'],
    rows: answerCurves.flatMap(({ curve, shipped, fitted }) => [
      [curve, 'shipped', ...partsOf(shipped)],
      [curve, 'fitted', ...partsOf(fitted)],
    ]),
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
