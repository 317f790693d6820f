import { random } from '../../../src/domain/index.js';

const SIDE = 320;
/** Drawings of each kind. */
const OF_EACH = 4;

type Draw = (next: () => number) => string;

const at = (next: () => number, from: number, to: number) => Math.round(from + next() * (to - from));
const times = (count: number, draw: (place: number) => string) =>
  Array.from({ length: count }, (_, place) => draw(place)).join('');
const line = (x1: number, y1: number, x2: number, y2: number, width = 2) =>
  `<path d="M${x1} ${y1}L${x2} ${y2}" stroke="black" stroke-width="${width}"/>`;
const box = (x: number, y: number, width: number, height: number, fill = 'none') =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}" stroke="black"/>`;
const curve = (points: [number, number][]) =>
  `<polyline points="${points.map((point) => point.join()).join(' ')}" fill="none" stroke="black" stroke-width="2"/>`;
/** A row of words, as a page of text seen from afar. */
const words = (next: () => number, x: number, y: number, end: number): string => {
  let drawn = '';
  for (let left = x; left < end - 40; ) {
    const width = at(next, 8, 36);
    drawn += box(left, y, width, 5, 'black');
    left += width + 6;
  }
  return drawn;
};

/** What is drawn: kinds of the one half to choose by, those of the other to report on. */
const KINDS: Record<'choosing' | 'reporting', Draw[]> = {
  choosing: [
    function barChart(next) {
      return (
        line(30, 290, 300, 290) +
        line(30, 20, 30, 290) +
        times(8, (bar) => {
          const height = at(next, 20, 240);
          return box(40 + bar * 32, 290 - height, 22, height, 'steelblue');
        })
      );
    },
    function spreadsheet(next) {
      return (
        times(14, (row) => line(0, row * 24, SIDE, row * 24, 1)) +
        times(6, (column) => line(column * 60, 0, column * 60, SIDE, 1)) +
        times(60, (cell) =>
          box((cell % 5) * 60 + 6, Math.floor(cell / 5) * 24 + 9, at(next, 8, 44), 5, 'black'),
        )
      );
    },
    function pageOfText(next) {
      return times(22, (row) => words(next, 20, 20 + row * 13, at(next, 240, 310)));
    },
    function floorPlan(next) {
      return (
        box(20, 20, 280, 280) +
        times(6, () => {
          const [x, y] = [at(next, 40, 260), at(next, 40, 260)];
          return next() < 0.5 ? line(x, 20, x, y, 4) : line(20, y, x, y, 4);
        })
      );
    },
    function cardiogram(next) {
      let x = 0;
      const points: [number, number][] = [];
      const rate = at(next, 40, 70);
      for (; x < SIDE; x += 4)
        points.push([x, 160 + (x % rate < 4 ? -110 : x % rate < 8 ? 60 : at(next, -6, 6))]);
      return (
        times(
          16,
          (place) => line(place * 20, 0, place * 20, SIDE, 0.3) + line(0, place * 20, SIDE, place * 20, 0.3),
        ) + curve(points)
      );
    },
  ],
  reporting: [
    function barcode(next) {
      let x = 30;
      let drawn = '';
      while (x < 285) {
        const width = at(next, 1, 7);
        drawn += `<rect x="${x}" y="60" width="${width}" height="180"/>`;
        x += width + at(next, 1, 7);
      }
      return drawn;
    },
    function matrixCode(next) {
      return (
        times(625, (cell) =>
          next() < 0.5
            ? `<rect x="${30 + (cell % 25) * 10}" y="${30 + Math.floor(cell / 25) * 10}" width="10" height="10"/>`
            : '',
        ) +
        [
          [30, 30],
          [210, 30],
          [30, 210],
        ]
          .map(
            ([x, y]) =>
              `${box(x, y, 70, 70, 'white')}<rect x="${x + 10}" y="${y + 10}" width="50" height="50"/>`,
          )
          .join('')
      );
    },
    function sheetMusic(next) {
      return times(
        4,
        (staff) =>
          times(5, (row) => line(15, 35 + staff * 70 + row * 8, 305, 35 + staff * 70 + row * 8, 1)) +
          times(12, (note) => {
            const [x, y] = [30 + note * 23, 35 + staff * 70 + at(next, 0, 32)];
            return `<ellipse cx="${x}" cy="${y}" rx="6" ry="4"/>${line(x + 5, y, x + 5, y - 24)}`;
          }),
      );
    },
    function lineChart(next) {
      return (
        line(30, 290, 300, 290) +
        line(30, 20, 30, 290) +
        times(3, () => {
          let y = at(next, 80, 240);
          return curve(
            Array.from({ length: 28 }, (_, step): [number, number] => {
              y += at(next, -14, 14);
              return [30 + step * 10, y];
            }),
          );
        })
      );
    },
    function circuitDiagram(next) {
      return times(9, () => {
        const [x, y] = [at(next, 1, 9) * 30, at(next, 1, 9) * 30];
        return (
          line(x - 30, y, x, y) +
          box(x, y - 7, 36, 14) +
          line(x + 36, y, x + 66, y) +
          line(x, y, x, y + 60) +
          `<circle cx="${x}" cy="${y + 60}" r="4"/>`
        );
      });
    },
    function form(next) {
      return times(
        11,
        (row) => words(next, 15, 22 + row * 27, at(next, 90, 130)) + box(130, 14 + row * 27, 175, 20),
      );
    },
  ],
};

/** Drawings that are no photos, as SVG, the same in every run: documents, charts and diagrams. */
export function offTopicDrawings(half: 'choosing' | 'reporting'): string[] {
  const next = random(11);
  return KINDS[half].flatMap((draw) =>
    Array.from({ length: OF_EACH }, () => {
      const page = `<rect width="${SIDE}" height="${SIDE}" fill="white"/>`;
      return `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}">${page}${draw(next)}</svg>`;
    }),
  );
}
