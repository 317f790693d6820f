import type { Table } from '../accuracy/report/table.js';
import { mean } from '../accuracy/statistics/correlation.js';
import type { ZooPoint } from './measure-zoo.js';
import type { Seconds, ZooPlan } from './time-zoo-model.js';

const COLUMNS = [
  'model',
  'outputs',
  'probes run',
  'cold s: full',
  'chosen',
  'factor',
  'warm s: full',
  'chosen',
  'factor',
  'choosing ms',
  'completing ms',
  'expected error',
  'true error',
  'cosine',
  'found itself %',
  'text % full',
  'completed',
  'same answer %',
];

/** For each plan a table: one row for each model, and their totals. */
export function zooTables(points: ZooPoint[]): Table[] {
  const plans = new Map(points.map(({ plan }) => [JSON.stringify(plan), plan]));
  return [...plans].map(([key, plan]) =>
    tableOf(
      plan,
      points.filter((point) => JSON.stringify(point.plan) === key),
    ),
  );
}

function tableOf({ budget, errorFactor }: ZooPlan, points: ZooPoint[]): Table {
  const further =
    errorFactor === 0
      ? 'the budget alone'
      : `all probes for a model whose expected error exceeds ${errorFactor} times the gallery's`;
  return {
    title: `ONNX zoo: a budget of ${budget}, ${further}`,
    text: `Real classifiers, completed with a prior that was fitted without them. ${savedBy(points)} All times are end to end: starting the process, reading images (cold) or cached pixels (warm), all runs, choosing and completing.`,
    columns: COLUMNS,
    rows: [...points.map(rowOfModel), totals(points)],
  };
}

function savedBy(points: ZooPoint[]): string {
  const total = (pick: (point: ZooPoint) => number) => points.reduce((sum, point) => sum + pick(point), 0);
  const passes = 1 - total(({ probesRun }) => probesRun) / total(({ probes }) => probes);
  const saved = (temperature: keyof Seconds) =>
    1 -
    total(({ partialSeconds }) => partialSeconds[temperature]) /
      total(({ fullSeconds }) => fullSeconds[temperature]);
  return `${percent(passes)} % of the forward passes are saved, ${percent(saved('cold'))} % of the time with a cold pixel cache and ${percent(saved('warm'))} % with a warm one.`;
}

function rowOfModel(point: ZooPoint): string[] {
  const { model, outputs, probes, probesRun, fullSeconds, partialSeconds, texts } = point;
  return [
    model,
    `${outputs}`,
    `${probesRun} of ${probes}`,
    ...times(fullSeconds, partialSeconds),
    point.choosingMs.toFixed(0),
    point.completingMs.toFixed(0),
    point.expectedError.toFixed(3),
    point.trueError.toFixed(3),
    point.cosine.toFixed(3),
    percent(point.foundItself),
    ...(texts ? [texts.full, texts.completed, texts.agreed].map(percent) : ['–', '–', '–']),
  ];
}

function totals(points: ZooPoint[]): string[] {
  const total = (pick: (point: ZooPoint) => number) => points.reduce((sum, point) => sum + pick(point), 0);
  const seconds = (pick: (point: ZooPoint) => Seconds): Seconds => ({
    cold: total((point) => pick(point).cold),
    warm: total((point) => pick(point).warm),
  });
  const outputs = total((point) => point.outputs);
  const overOutputs = (pick: (point: ZooPoint) => number) =>
    total((point) => pick(point) * point.outputs) / outputs;
  const asked = points.flatMap(({ texts }) => texts ?? []);
  const texts = asked.reduce((sum, { texts: own }) => sum + own, 0);
  const overTexts = (pick: (answers: (typeof asked)[number]) => number) =>
    percent(asked.reduce((sum, answers) => sum + pick(answers) * answers.texts, 0) / texts);
  return [
    'all',
    `${outputs}`,
    `${total(({ probesRun }) => probesRun)} of ${total(({ probes }) => probes)}`,
    ...times(
      seconds(({ fullSeconds }) => fullSeconds),
      seconds(({ partialSeconds }) => partialSeconds),
    ),
    total(({ choosingMs }) => choosingMs).toFixed(0),
    total(({ completingMs }) => completingMs).toFixed(0),
    mean(points.map(({ expectedError }) => expectedError)).toFixed(3),
    mean(points.map(({ trueError }) => trueError)).toFixed(3),
    mean(points.map(({ cosine }) => cosine)).toFixed(3),
    percent(overOutputs(({ foundItself }) => foundItself)),
    overTexts(({ full }) => full),
    overTexts(({ completed }) => completed),
    overTexts(({ agreed }) => agreed),
  ];
}

function times(full: Seconds, partial: Seconds): string[] {
  return [
    full.cold.toFixed(2),
    partial.cold.toFixed(2),
    (full.cold / partial.cold).toFixed(2),
    full.warm.toFixed(2),
    partial.warm.toFixed(2),
    (full.warm / partial.warm).toFixed(2),
  ];
}

function percent(share: number): string {
  return (share * 100).toFixed(1);
}
