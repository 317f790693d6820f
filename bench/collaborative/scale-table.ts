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
      'run on a third of the probes. For a model: choosing its probes in all rounds, completing it by a thread that is started for it,',
      'and by one that runs already and holds the prior. Memory is the peak of a process that does nothing else.',
    ].join(' '),
    columns: ['what', 'time', 'most memory'],
    rows: [
      ['learning from the gallery (a whole build)', seconds(fitSeconds), memory(peakMiB)],
      ['…of which the basis', seconds(basisSeconds), ''],
      ...completions.map(rowOf),
    ],
  };
}

function rowOf(completion: ScaleCompletion): string[] {
  const { probes, outputs, choosingSeconds, startingSeconds, completionSeconds, peakMiB } = completion;
  return [
    `a model of ${count(outputs)} outputs at ${count(probes)} probes`,
    [choosingSeconds, startingSeconds, completionSeconds].map(seconds).join(', '),
    memory(peakMiB),
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
