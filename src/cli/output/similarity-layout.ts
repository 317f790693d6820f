import { shortened, textExtent } from './text-extent.js';

/** One side of a similarity matrix. */
interface MatrixSide {
  /** Names the model. */
  title: string;
  /** One for each logit, in order. */
  labels: string[];
}

/** What a figure shows. */
export interface SimilarityFigure {
  rows: MatrixSide;
  columns: MatrixSide;
  /** A list for each row, −1 to 1; null where there is nothing to compare. */
  values: (number | null)[][];
  /** A line below the figure. */
  caption: string;
}

// Pixels, and characters.
export const PADDING = 12;
export const TITLE_FONT = 14;
const TITLE_LINE = 22;
const MAX_TITLE_WIDTH = 60;
export const MAX_LABEL_WIDTH = 32;
export const LABEL_GAP = 6;
export const NOTE_FONT = 11;
export const LEGEND = { gap: 24, width: 14, height: 160, heading: 18, swatch: 30 };

/** Cells are as large as lets the longer side have this length, within limits. */
const GRID = 720;
const CELL = { min: 8, max: 32 };

/** Where the parts of a figure are, in pixels. */
export type Layout = ReturnType<typeof layoutOf>;

/** Lays a figure out around its grid: titles and labels left and above, the legend to the right. */
export function layoutOf({ rows, columns, values, caption }: SimilarityFigure) {
  const longer = Math.max(rows.labels.length, columns.labels.length);
  const cell = Math.min(CELL.max, Math.max(CELL.min, Math.floor(GRID / longer)));
  const labelFont = Math.min(12, cell - 1);
  const left = PADDING + TITLE_LINE + labelExtent(rows.labels, labelFont);
  const top = PADDING + TITLE_LINE + labelExtent(columns.labels, labelFont);
  const gridWidth = columns.labels.length * cell;
  const gridHeight = rows.labels.length * cell;
  const hasGaps = values.some((row) => row.includes(null));
  const legendLeft = left + gridWidth + LEGEND.gap;
  const legendHeight = LEGEND.heading + LEGEND.height + (hasGaps ? LEGEND.swatch : 0);
  const right = Math.max(
    legendLeft + textExtent('cosine similarity', NOTE_FONT),
    left + textExtent(shownTitle(columns), TITLE_FONT),
    PADDING + textExtent(caption, NOTE_FONT),
  );
  const bottom = top + Math.max(gridHeight, legendHeight, textExtent(shownTitle(rows), TITLE_FONT));
  return {
    cell,
    labelFont,
    left,
    top,
    gridWidth,
    gridHeight,
    hasGaps,
    legendLeft,
    width: right + PADDING,
    height: bottom + PADDING + NOTE_FONT + PADDING,
  };
}

function labelExtent(labels: string[], font: number): number {
  return LABEL_GAP + Math.max(...labels.map((label) => textExtent(shortened(label, MAX_LABEL_WIDTH), font)));
}

/** As much of a model's name as there is room for. */
export function shownTitle({ title }: MatrixSide): string {
  return shortened(title, MAX_TITLE_WIDTH);
}
