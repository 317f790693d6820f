import { pageTables } from './page-tables.js';
import { plotOf } from './plot.js';
import type { Report } from './report.js';
import { markdownTable } from './table.js';
import { tablesOf } from './tables.js';

/** The report as a Markdown page, with a plot. @param plot name of the plot's file beside the page */
export function accuracyPage(report: Report, plot: string): { markdown: string; svg: string } {
  return { markdown: markdownOf(report, plot), svg: plotOf(report.rows) };
}

function markdownOf(report: Report, plot: string): string {
  const { seconds, missing } = report;
  return [
    '# Accuracy, measured',
    '',
    'Written by `npm run bench:accuracy -- <hub> --choose --page docs/accuracy-measured.md`; [accuracy.md](accuracy.md)',
    `explains the rows and methods; \`--json\` writes more figures, such as top-5. This run took ${seconds} s.${missing.length > 0 ? ` Skipped, because they are missing: ${missing.join('; ')}.` : ''}`,
    '',
    `![The paper's method at its best k, and ours: top-1 by row and probe set](${plot})`,
    '',
    ...pageTables(tablesOf(report)).flatMap(markdownTable),
  ].join('\n');
}
