import { EXPECTED_ACCURACY_WEIGHTS } from '../../../src/domain/index.js';
import { chosen } from '../measure/measure-choice.js';
import { absentTables } from './absent-tables.js';
import { confidenceTables } from './confidence-tables.js';
import type { Report } from './report.js';
import { spanOf, type Table } from './table.js';

/** All tables that a report has something for. */
export function tablesOf(report: Report): Table[] {
  return [
    retrieval(report),
    ...confidenceTables(report),
    ...absentTables(report),
    expectedAccuracy(report),
    accuracyWeights(report),
    undocumented(report),
    choice(report),
    choices(report),
  ].filter(({ rows }) => rows.length > 0);
}

function retrieval({ rows }: Report): Table {
  return {
    title: 'Retrieval and naming',
    text: 'Queries without a right result in the gallery are skipped and counted in the last column.',
    columns: [
      'row',
      'probe set',
      'method',
      'k',
      'top-1 % (95 %)',
      'top-5 %',
      'MRR',
      'queries',
      'unanswerable',
    ],
    rows: rows.map(({ row, probeSet, method, k, top1, top5, mrr, queries, unanswerable, ci95 }) => [
      row,
      probeSet,
      method,
      k ?? '',
      `${top1.toFixed(1)} (${ci95.join('–')})`,
      top5.toFixed(1),
      mrr.toFixed(3),
      queries,
      unanswerable,
    ]),
  };
}

function expectedAccuracy({ expectedAccuracy: rows }: Report): Table {
  return {
    title: 'Expected accuracy',
    text: 'Intervals are over models.',
    columns: [
      'probe set',
      'Spearman over logits (95 %)',
      'over models (95 %)',
      'mean absolute error',
      'logits',
    ],
    rows: rows.map((one) => [
      one.probeSet,
      `${one.spearmanLogits.toFixed(3)} (${spanOf(one.spearmanLogitsInterval)})`,
      `${one.spearmanModels.toFixed(3)} (${spanOf(one.spearmanModelsInterval)})`,
      one.meanAbsoluteError.toFixed(3),
      one.logits,
    ]),
  };
}

function accuracyWeights({ expectedAccuracyWeights: weights }: Report): Table {
  const { offset, logit, model } = EXPECTED_ACCURACY_WEIGHTS;
  const rows = weights
    ? [
        ['shipped', offset, logit, model],
        ['fitted', ...weights.map((one) => one.toFixed(3))],
      ]
    : [];
  return {
    title: 'Expected accuracy: constants',
    text: 'The constants in `src/domain/scoring/expected-accuracy.ts`, and those fitted to the even models with both probe sets in this run.',
    columns: ['constants', 'offset', 'by skewness of the logit', 'of its model'],
    rows,
  };
}

function undocumented({ undocumented: outputs }: Report): Table {
  return {
    title: 'An undocumented model',
    text: [
      'The outputs named with the highest confidence, best name first. The right names are unknown, and the confidence is',
      'fitted to models unlike this one.',
    ].join('\n'),
    columns: ['model', 'probe set', 'output', 'names'],
    rows: outputs.map(({ model, probeSet, output, names }) => [
      model,
      probeSet,
      output,
      names.map(({ name, confidence: sure }) => `${name} ${sure.toFixed(2)}`).join(', '),
    ]),
  };
}

function choice({ choice: rows }: Report): Table {
  return {
    title: 'The product’s constants, on the even models',
    text: [
      'Top-1 in percent of the whole method, with one constant changed and the others as shipped (*). Agreement: the share of',
      'a logit’s ten nearest neighbors by one half of the probes that are also among them by the other half; it needs no',
      'labels. Exponents and ranks use one basis of 450 directions, so their starred rows differ a little from the others;',
      'smaller differences are noise.',
    ].join('\n'),
    columns: ['constant', 'value', 'probe set', 'logit-logit', 'other backbone', 'text-logit', 'agreement'],
    rows: rows.map(({ constant, value, shipped, probeSet, logit, otherBackbone, text, agreement }) => [
      constant,
      `${value}${shipped ? ' *' : ''}`,
      probeSet,
      logit.toFixed(1),
      otherBackbone.toFixed(1),
      text.toFixed(1),
      agreement?.toFixed(3) ?? '',
    ]),
  };
}

function choices({ choice: rows }: Report): Table {
  return {
    title: 'The best values',
    text: 'The best by the mean of the three figures over the probe sets, and by agreement.',
    columns: ['constant', 'by top-1', 'by agreement'],
    rows: chosen(rows).map(({ constant, byTop1, byAgreement }) => [constant, byTop1, byAgreement ?? '']),
  };
}
