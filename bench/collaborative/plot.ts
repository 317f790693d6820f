import type { CurvePoint } from './measure-curve.js';

const COLORS: Record<string, string> = {
  random: '#b0b7c3',
  leverage: '#d29922',
  'D-optimal': '#8250df',
  'A-optimal': '#1a7f37',
  adaptive: '#1f6feb',
  'not completed': '#cf222e',
};
const PANEL = { width: 250, height: 170 };
const MARGIN = { left: 48, top: 34, gap: 36 };

/** Top-1 against the share of probes, a panel for each row and probe set, as SVG. */
export function plotOf(curve: readonly CurvePoint[]): string {
  const rows = [...new Set(curve.map(({ row }) => row))];
  const sets = [...new Set(curve.map(({ probeSet }) => probeSet))];
  const width = MARGIN.left + rows.length * (PANEL.width + MARGIN.gap);
  const height = MARGIN.top + sets.length * (PANEL.height + 2 * MARGIN.gap) + 24;
  const panels = sets.flatMap((probeSet, line) =>
    rows.map((row, place) => {
      const x = MARGIN.left + place * (PANEL.width + MARGIN.gap);
      const y = MARGIN.top + line * (PANEL.height + 2 * MARGIN.gap);
      const points = commonQueries(curve.filter((point) => point.row === row && point.probeSet === probeSet));
      return `<g transform="translate(${x} ${y})">${panelOf(points, `${row}, ${probeSet}`)}</g>`;
    }),
  );
  const legend = Object.entries(COLORS).map(
    ([scheme, color], place) =>
      `<rect x="${MARGIN.left + place * 110}" y="${height - 22}" width="14" height="3" fill="${color}"/><text x="${MARGIN.left + place * 110 + 18}" y="${height - 17}">${scheme}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="sans-serif" font-size="10">`,
    '<title>Top-1 in percent against the share of probes that were run, by way of choosing them</title>',
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    ...panels,
    ...legend,
    '</svg>\n',
  ].join('\n');
}

/** The queries that all schemes share, where some schemes have more. */
function commonQueries(points: CurvePoint[]): CurvePoint[] {
  const fewest = Math.min(...points.map(({ asked }) => asked));
  return points.filter(({ asked }) => asked === fewest);
}

function panelOf(points: CurvePoint[], title: string): string {
  const shares = points.map(({ share }) => share);
  const low = Math.log(Math.min(...shares));
  const x = (share: number) => (low === 0 ? 0 : (1 - Math.log(share) / low) * PANEL.width);
  const y = (percent: number) => (1 - percent / 100) * PANEL.height;
  const full = points.find(({ scheme }) => scheme === 'full')?.top1 ?? 0;
  const ticks = [...new Set(shares)].map(
    (share) =>
      `<text x="${x(share).toFixed(1)}" y="${PANEL.height + 12}" text-anchor="middle">${Math.round(share * 100)}</text>`,
  );
  const lines = Object.entries(COLORS).map(([scheme, color]) => {
    const path = points
      .filter((point) => point.scheme === scheme || point.scheme === 'full')
      .sort((a, b) => a.share - b.share)
      .map(({ share, top1 }) => `${x(share).toFixed(1)},${y(top1).toFixed(1)}`);
    return `<polyline points="${path.join(' ')}" fill="none" stroke="${color}" stroke-width="1.5"/>`;
  });
  return [
    `<text x="0" y="-8" font-size="11">${title}</text>`,
    `<rect width="${PANEL.width}" height="${PANEL.height}" fill="none" stroke="#d0d7de"/>`,
    ...[0, 50, 100].map(
      (percent) => `<text x="-6" y="${y(percent) + 3}" text-anchor="end">${percent}</text>`,
    ),
    `<line x1="0" x2="${PANEL.width}" y1="${y(full)}" y2="${y(full)}" stroke="#8c959f" stroke-dasharray="3 3"/>`,
    ...lines,
    ...ticks,
    `<text x="${PANEL.width / 2}" y="${PANEL.height + 24}" text-anchor="middle">% of the probes</text>`,
  ].join('');
}
