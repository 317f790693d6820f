import { markdownTable } from '../accuracy/table.js';
import { plotOf } from './plot.js';
import { type Report, tablesOf } from './report.js';

/** The report as a Markdown page, with a plot. @param plot name of the plot's file beside the page */
export function collaborativePage(report: Report, plot: string): { markdown: string; svg: string } {
  const markdown = [
    '# Collaborative probing, measured',
    '',
    'Written by `npm run bench:collaborative -- <hub> --page docs/collaborative-measured.md`;',
    '[collaborative-probing.md](collaborative-probing.md) says what it is about. What new models are completed with is learned',
    "from the hub's models of even index; those of odd index, which it never saw, are run on a share of the probes. `full` ran",
    'all of them, and `not completed` leaves what was not run at the mean. `D-optimal` are the probes of which least is known from',
    'those before them, the same for every model. `adaptive` is the product: that list, but for half of what is beyond a fifth of all',
    'probes, which is run where the outputs of the model are expected to answer. `A-optimal` are those that tell most of what is',
    `searched by. ${tookText(report.took)}`,
    '',
    `![Top-1 against the share of probes, by row and probe set](${plot})`,
    '',
    ...tablesOf(report).flatMap(markdownTable),
  ].join('\n');
  return { markdown, svg: plotOf(report.curve) };
}

function tookText(took: Report['took']): string {
  const parts = Object.entries(took).map(([part, seconds]) => `${part} ${seconds} s`);
  return `Measured in ${parts.join(', ')}.`;
}
