import { COLOR_STOPS, divergingColor, hex } from './diverging-color.js';
import {
  LABEL_GAP,
  type Layout,
  LEGEND,
  layoutOf,
  MAX_LABEL_WIDTH,
  NOTE_FONT,
  PADDING,
  type SimilarityFigure,
  shownTitle,
  TITLE_FONT,
} from './similarity-layout.js';
import { shortened } from './text-extent.js';

/** Cells from this size on have their value written into them. */
const CELL_WITH_VALUE = 28;
/** In a figure of at most this many cells, each names its logits in a tooltip; more would make the file slow to open. */
const MAX_TOOLTIPS = 2_500;

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Control characters, lone surrogates and the like: XML 1.0 has no way to write them, and a reader refuses the file. */
const NOT_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/**
 * The heat map of a similarity matrix (figure 4 of the paper) as an SVG file that needs nothing else: no style sheet,
 * font, script or image.
 */
export function similaritySvg(figure: SimilarityFigure): string {
  const layout = layoutOf(figure);
  const { width, height } = layout;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="similarity-title similarity-desc" font-family="system-ui, sans-serif" fill="#222222">`,
    `<title id="similarity-title">${xmlText(headline(figure))}</title>`,
    `<desc id="similarity-desc">${xmlText(description(figure))}</desc>`,
    definitions(),
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...sideTitles(figure, layout),
    ...columnLabels(figure.columns.labels, layout),
    ...figure.rows.labels.map((_, row) => rowOfCells(figure, row, layout)),
    `<rect x="${layout.left}" y="${layout.top}" width="${layout.gridWidth}" height="${layout.gridHeight}" fill="none" stroke="#888888"/>`,
    ...legend(layout),
    text(figure.caption, { x: PADDING, y: height - PADDING, size: NOTE_FONT }),
    '</svg>',
    '',
  ].join('\n');
}

function headline({ rows, columns }: SimilarityFigure): string {
  return `How similar the logits of ${rows.title} and of ${columns.title} are`;
}

function description({ rows, columns, values, caption }: SimilarityFigure): string {
  const cells = values.flatMap((row, y) => row.map((value, x) => ({ value, x, y })));
  const known = cells.filter((cell): cell is { value: number; x: number; y: number } => cell.value !== null);
  const sentences = [
    `A heat map with ${rows.labels.length} rows, the logits of ${rows.title}, and ${columns.labels.length} columns, the logits of ${columns.title}.`,
    `${caption}.`,
  ];
  if (known.length > 0) {
    const highest = known.reduce((best, cell) => (cell.value > best.value ? cell : best));
    const lowest = known.reduce((best, cell) => (cell.value < best.value ? cell : best));
    for (const [which, { value, x, y }] of [['highest', highest] as const, ['lowest', lowest] as const])
      sentences.push(
        `The ${which} is ${number(value)}, of ${rows.labels[y]} (row) and ${columns.labels[x]} (column).`,
      );
  }
  if (known.length < cells.length) {
    sentences.push(`${cells.length - known.length} cells are empty: a logit of theirs has no descriptor.`);
  }
  return sentences.join(' ');
}

function definitions(): string {
  // From the top of the bar, where 1 is, downwards.
  const stops = [...COLOR_STOPS]
    .reverse()
    .map((color, index) => `<stop offset="${index / (COLOR_STOPS.length - 1)}" stop-color="${hex(color)}"/>`);
  return [
    '<defs>',
    `<linearGradient id="similarity-scale" x1="0" y1="0" x2="0" y2="1">${stops.join('')}</linearGradient>`,
    '<pattern id="similarity-none" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#dddddd"/><path d="M0 6L6 0" stroke="#888888"/></pattern>',
    '</defs>',
  ].join('\n');
}

function sideTitles({ rows, columns }: SimilarityFigure, { left, top }: Layout): string[] {
  const x = PADDING + TITLE_FONT;
  return [
    text(shownTitle(columns), { x: left, y: PADDING + TITLE_FONT, size: TITLE_FONT, weight: 600 }),
    text(shownTitle(rows), { x, y: top, size: TITLE_FONT, weight: 600, anchor: 'end', upwards: true }),
  ];
}

function columnLabels(labels: string[], { left, top, cell, labelFont }: Layout): string[] {
  return labels.map((label, column) =>
    text(shortened(label, MAX_LABEL_WIDTH), {
      x: left + column * cell + middleOf(cell, labelFont),
      y: top - LABEL_GAP,
      size: labelFont,
      upwards: true,
    }),
  );
}

function rowOfCells({ rows, columns, values }: SimilarityFigure, row: number, layout: Layout): string {
  const { left, top, cell, labelFont } = layout;
  const hasTooltips = rows.labels.length * columns.labels.length <= MAX_TOOLTIPS;
  const label = rows.labels[row];
  const cells = values[row].map((value, column) => {
    const fill = value === null ? 'url(#similarity-none)' : divergingColor(value);
    const shape = `x="${column * cell}" width="${cell}" height="${cell}" fill="${fill}"`;
    const shown = value === null ? 'no descriptor' : number(value);
    const rect = hasTooltips
      ? `<rect ${shape}><title>${xmlText(`${label} × ${columns.labels[column]}: ${shown}`)}</title></rect>`
      : `<rect ${shape}/>`;
    return value === null || cell < CELL_WITH_VALUE ? rect : `${rect}${valueText(value, column, cell)}`;
  });
  const name = text(shortened(label, MAX_LABEL_WIDTH), {
    x: -LABEL_GAP,
    y: middleOf(cell, labelFont),
    size: labelFont,
    anchor: 'end',
  });
  return `<g transform="translate(${left} ${top + row * cell})">${name}${cells.join('')}</g>`;
}

function valueText(value: number, column: number, cell: number): string {
  const size = 9;
  const fill = Math.abs(value) > 0.7 ? '#ffffff' : undefined;
  // The cell's own title is what a pointer should find.
  return text(number(value), {
    x: column * cell + cell / 2,
    y: middleOf(cell, size),
    size,
    anchor: 'middle',
    fill,
    isInert: true,
  });
}

function legend({ legendLeft: x, top, hasGaps }: Layout): string[] {
  const barTop = top + LEGEND.heading;
  const labelLeft = x + LEGEND.width + LABEL_GAP;
  const parts = [
    text('cosine similarity', { x, y: top + NOTE_FONT, size: NOTE_FONT }),
    `<rect x="${x}" y="${barTop}" width="${LEGEND.width}" height="${LEGEND.height}" fill="url(#similarity-scale)" stroke="#888888"/>`,
    ...[1, 0.5, 0, -0.5, -1].map((value) => {
      const y = barTop + ((1 - value) / 2) * LEGEND.height;
      return text(number(value, 1), { x: labelLeft, y: y + middleOf(0, NOTE_FONT), size: NOTE_FONT });
    }),
  ];
  if (!hasGaps) return parts;
  const y = barTop + LEGEND.height + LEGEND.swatch - LEGEND.width;
  return [
    ...parts,
    `<rect x="${x}" y="${y}" width="${LEGEND.width}" height="${LEGEND.width}" fill="url(#similarity-none)" stroke="#888888"/>`,
    text('no descriptor', { x: labelLeft, y: y + NOTE_FONT, size: NOTE_FONT }),
  ];
}

interface TextOptions {
  x: number;
  y: number;
  size: number;
  weight?: number;
  anchor?: 'middle' | 'end';
  fill?: string;
  /** Written from below to above. */
  upwards?: boolean;
  /** Not there for a pointer. */
  isInert?: boolean;
}

function text(content: string, { x, y, size, weight, anchor, fill, upwards, isInert }: TextOptions): string {
  const attributes = [
    `x="${rounded(x)}" y="${rounded(y)}" font-size="${size}"`,
    weight === undefined ? '' : `font-weight="${weight}"`,
    anchor === undefined ? '' : `text-anchor="${anchor}"`,
    fill === undefined ? '' : `fill="${fill}"`,
    upwards ? `transform="rotate(-90 ${rounded(x)} ${rounded(y)})"` : '',
    isInert ? 'pointer-events="none"' : '',
  ];
  return `<text ${attributes.filter((attribute) => attribute !== '').join(' ')}>${xmlText(content)}</text>`;
}

/** Any text as the content of an XML element or attribute. */
export function xmlText(text: string): string {
  return text.replace(NOT_XML, '\u{FFFD}').replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** The base line of a text that is centered in an extent, in pixels. */
function middleOf(extent: number, font: number): number {
  return extent / 2 + font * 0.35;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** With a real minus sign, and without one at 0. */
function number(value: number, digits = 2): string {
  const shown = value.toFixed(digits);
  return Number(shown) === 0 ? (0).toFixed(digits) : shown.replace('-', '−');
}
