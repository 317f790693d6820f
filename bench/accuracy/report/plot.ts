import type { Row } from './row.js';

const WIDTH = 820;
const LEFT = 330;
const LINE = 18;
const TOP = 46;

/** Bars of the paper's top-1 and ours, as SVG. */
export function plotOf(rows: Row[]): string {
  const pairs = rows
    .filter(({ method }) => method === 'ours')
    .map((ours) => ({
      ours,
      paper: rows.find(
        ({ row, probeSet, method }) => method === 'paper' && row === ours.row && probeSet === ours.probeSet,
      ),
    }));
  const x = (percent: number) => LEFT + ((WIDTH - LEFT - 50) * percent) / 100;
  const bar = (y: number, { top1 }: Row, color: string) =>
    `<rect x="${LEFT}" y="${y}" width="${x(top1) - LEFT}" height="7" fill="${color}"/><text x="${x(top1) + 4}" y="${y + 7}" font-size="9">${top1.toFixed(1)}</text>`;
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
    `<title>Top-1 in percent: the paper's recipe at its best k (gray) and ours (blue)</title>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="20">top-1 %: the paper at its best k (gray), ours (blue)</text>`,
    ...lines,
    '</svg>\n',
  ].join('\n');
}
