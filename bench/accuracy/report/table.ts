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

/** The lines of a section with the table. */
export function markdownTable({ title, text, columns, rows }: Table): string[] {
  return [
    `## ${title}`,
    '',
    ...(text ? [text, ''] : []),
    `| ${columns.join(' | ')} |`,
    `|${'---|'.repeat(columns.length)}`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
  ];
}

/** The same for the console. */
export function textTable({ title, columns, rows }: Table): string {
  return [title, columns.join(' | '), ...rows.map((row) => row.join(' | '))].join('\n');
}

/** What `pivot` makes of a table. */
interface Pivot {
  title?: string;
  text?: string;
  /** Columns that stay in front; each combination of their values becomes a row. */
  down: string[];
  /** Columns whose combinations of values become columns. */
  across: string[];
  /** The content of a cell, from a row of the table by its columns. */
  cell(row: Record<string, string | number>): string | number;
}

/** The same figures in fewer rows, for a page. Figures of one cell are separated by slashes. */
export function pivot(table: Table, { title, text, down, across, cell }: Pivot): Table {
  const keyOf = (row: Record<string, string | number>, columns: string[]) =>
    columns.map((column) => row[column]).join(', ');
  const heads = new Set<string>();
  const lines = new Map<string, { front: (string | number)[]; cells: Map<string, string | number> }>();
  for (const values of table.rows) {
    const row = Object.fromEntries(table.columns.map((column, index) => [column, values[index]]));
    const key = keyOf(row, down);
    const line = lines.get(key) ?? { front: down.map((column) => row[column]), cells: new Map() };
    const before = line.cells.get(keyOf(row, across));
    line.cells.set(keyOf(row, across), before === undefined ? cell(row) : `${before}/${cell(row)}`);
    heads.add(keyOf(row, across));
    lines.set(key, line);
  }
  return {
    title: title ?? table.title,
    text: text ?? table.text,
    columns: [...down, ...heads],
    rows: [...lines.values()].map(({ front, cells }) => [
      ...front,
      ...[...heads].map((head) => cells.get(head) ?? ''),
    ]),
  };
}
