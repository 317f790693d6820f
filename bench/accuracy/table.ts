/** A table of a report, for the console and for the page. */
export interface Table {
  title: string;
  /** Markdown that explains the columns. */
  text: string;
  columns: string[];
  rows: (string | number)[][];
}

/** An interval of shares. */
export function spanOf([low, high]: [number, number]): string {
  return `${low.toFixed(3)}–${high.toFixed(3)}`;
}
