import { markdownTable } from '../accuracy/report/table.js';
import { pageTables } from './page-tables.js';
import { plotOf } from './plot.js';
import { type Report, tablesOf } from './report.js';

/** The report as a Markdown page, with a plot. @param plot name of the plot's file beside the page */
export function collaborativePage(report: Report, plot: string): { markdown: string; svg: string } {
  const markdown = [
    '# Collaborative probing, measured',
    '',
    'Written by `npm run bench:collaborative -- <hub> --page docs/collaborative-measured.md`;',
    "[collaborative-probing.md](collaborative-probing.md) explains the method. The prior is fitted to the hub's models of even",
    'index; those of odd index are run on a share of the probes. `full` runs all probes, and `not completed` replaces missing',
    'responses by the mean. `D-optimal` runs the probes of largest variance given those before, the same for every model.',
    '`adaptive` is the product: beyond a fifth of all probes, in half of the budget, each output in turn runs the probe of its largest',
    'expected response.',
    '`regression only` is the same without exemplars, and in rows named `novel-…`, no exemplar is of a class of the completed model.',
    `\`A-optimal\` runs the probes that best predict what searches use. All figures: collaborative-measured.json. ${tookText(report.took)}`,
    '',
    `![Top-1 against the share of probes, by row and probe set](${plot})`,
    '',
    ...pageTables(tablesOf(report)).flatMap(markdownTable),
  ].join('\n');
  return { markdown, svg: plotOf(report.curve) };
}

function tookText(took: Report['took']): string {
  const parts = Object.entries(took).map(([part, seconds]) => `${part} ${seconds} s`);
  return `Measured in ${parts.join(', ')}.`;
}
