import type { Report } from './report.js';
import type { Row } from './row.js';

/** The report as a Markdown page, with a plot. @param plot name of the plot's file beside the page */
export function accuracyPage(report: Report, plot: string): { markdown: string; svg: string } {
  return { markdown: markdownOf(report, plot), svg: plotOf(report.rows) };
}

const HEAD =
  '| row | probe set | method | k | top-1 % (95 %) | top-5 % | MRR | queries |\n|---|---|---|---|---|---|---|---|';

function markdownOf({ rows, calibration, expectedAccuracy, seconds, missing }: Report, plot: string): string {
  const table = rows.map(
    ({ row, probeSet, method, k, top1, top5, mrr, queries, ci95 }) =>
      `| ${row} | ${probeSet} | ${method} | ${k ?? ''} | ${top1.toFixed(1)} (${ci95[0]}–${ci95[1]}) | ${top5.toFixed(1)} | ${mrr.toFixed(3)} | ${queries} |`,
  );
  const reliability = calibration.map(
    ({ row, probeSet, ece, answers, known, unknown }) =>
      `| ${row} | ${probeSet} | ${ece.toFixed(3)} | ${answers} | ${known.toFixed(2)} | ${unknown?.toFixed(2) ?? ''} |`,
  );
  const deciles = calibration.flatMap(({ row, probeSet, deciles: bins }) =>
    bins
      .filter((bin) => bin.answers > 0)
      .map(
        (bin) =>
          `| ${row} | ${probeSet} | ${bin.from.toFixed(1)}–${(bin.from + 0.1).toFixed(1)} | ${bin.answers} | ${bin.confidence.toFixed(2)} | ${bin.right.toFixed(2)} |`,
      ),
  );
  return [
    '# Accuracy, measured',
    '',
    'Written by `npm run bench:accuracy -- <hub> --page docs/accuracy-measured.md`; [accuracy.md](accuracy.md) says what the',
    `rows and methods are. This run took ${seconds} s.${missing.length > 0 ? ` Left out for want of: ${missing.join('; ')}.` : ''}`,
    '',
    `![The paper's recipe at its best k, and ours: top-1 by row and probe set](${plot})`,
    '',
    '## Retrieval and naming',
    '',
    HEAD,
    ...table,
    '',
    '## Confidence',
    '',
    'The last two columns are the mean confidence of the best answer where the gallery holds a right one, and where it',
    'holds none.',
    '',
    '| row | probe set | expected calibration error | answers | known | unknown |',
    '|---|---|---|---|---|---|',
    ...reliability,
    '',
    '| row | probe set | confidence | answers | mean confidence | right |',
    '|---|---|---|---|---|---|',
    ...deciles,
    '',
    '## Expected accuracy',
    '',
    '| probe set | Spearman over logits | over models | mean absolute error | logits |',
    '|---|---|---|---|---|',
    ...expectedAccuracy.map(
      (one) =>
        `| ${one.probeSet} | ${one.spearmanLogits.toFixed(3)} | ${one.spearmanModels.toFixed(3)} | ${one.meanAbsoluteError.toFixed(3)} | ${one.logits} |`,
    ),
    '',
  ].join('\n');
}

const WIDTH = 820;
const LEFT = 330;
const LINE = 18;
const TOP = 46;

/** Bars of the paper's top-1 and ours. */
function plotOf(rows: Row[]): string {
  const pairs = rows
    .filter(({ method }) => method === 'ours')
    .map((ours) => ({
      ours,
      paper: rows.find(
        ({ row, probeSet, method }) => method === 'paper' && row === ours.row && probeSet === ours.probeSet,
      ),
    }));
  const x = (percent: number) => LEFT + ((WIDTH - LEFT - 50) * percent) / 100;
  const bar = (y: number, { top1 }: Row, colour: string) =>
    `<rect x="${LEFT}" y="${y}" width="${x(top1) - LEFT}" height="7" fill="${colour}"/><text x="${x(top1) + 4}" y="${y + 7}" font-size="9">${top1.toFixed(1)}</text>`;
  const lines = pairs.map(({ ours, paper }, place) => {
    const y = TOP + place * (LINE + 6);
    return [
      `<text x="${LEFT - 8}" y="${y + 12}" text-anchor="end">${ours.row}, ${ours.probeSet}</text>`,
      paper ? bar(y, paper, '#b0b7c3') : '',
      bar(y + 8, ours, '#1f6feb'),
    ].join('');
  });
  const height = TOP + pairs.length * (LINE + 6) + 20;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="sans-serif" font-size="11">`,
    `<title>Top-1 in percent: the paper's recipe at its best k (grey) and ours (blue)</title>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="20">top-1 %: the paper at its best k (grey), ours (blue)</text>`,
    ...lines,
    '</svg>\n',
  ].join('\n');
}
