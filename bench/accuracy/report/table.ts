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
