import type { Table } from '../accuracy/report/table.js';
import type { Scale, ScaleCompletion } from './measure-scale.js';

/** What, how long it takes, and how much memory at most. */
export function scaleTable({
  probes,
  logits,
  models,
  fitSeconds,
  basisSeconds,
  peakMiB,
  completions,
}: Scale): Table {
  return {
    title: 'Time and memory of a large gallery',
    text: [
      `A gallery of ${count(logits)} synthetic logits of ${count(models)} models at ${count(probes)} probes, and models outside it,`,
      'run on a third of the probes, compared with a gallery of the usual size. Memory is the peak of a process that does',
      'nothing else.',
    ].join(' '),
    columns: ['what', 'time', 'most memory'],
    rows: [
      ['learning from the gallery (a whole build)', seconds(fitSeconds), memory(peakMiB)],
      ['…of which the basis', seconds(basisSeconds), ''],
      ...completions.flatMap(rowsOf),
    ],
  };
}

function rowsOf(completion: ScaleCompletion): string[][] {
  const { probes, outputs, choosingSeconds, startingSeconds, completionSeconds, peakMiB } = completion;
  const of = `a model of ${count(outputs)} outputs at ${count(probes)} probes`;
  return [
    [`choosing the probes of ${of}, all rounds`, seconds(choosingSeconds), ''],
    [`completing ${of}, by a thread that is started for it`, seconds(startingSeconds), ''],
    ['…by the thread that runs already and holds the prior', seconds(completionSeconds), memory(peakMiB)],
  ];
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function seconds(value: number): string {
  if (value < 1) return `${Math.round(value * 1000)} ms`;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
}

function memory(mebibytes: number | null): string {
  return mebibytes === null ? 'not available on this system' : `${count(Math.round(mebibytes))} MiB`;
}
