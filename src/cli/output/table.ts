import { printable } from './printable.js';
import { styled } from './style.js';

/**
 * Lays out rows in aligned columns under a header.
 *
 * @param rows one record a line; every record has the keys of `columns`
 * @param columns key → heading, in order
 */
export function table<Row extends object>(
  rows: readonly Row[],
  columns: Partial<Record<keyof Row & string, string>>,
): string {
  const keys = Object.keys(columns) as (keyof Row & string)[];
  const lines = [
    keys.map((key) => columns[key] ?? key),
    ...rows.map((row) => keys.map((key) => cell((row as Record<string, unknown>)[key]))),
  ];
  const widths = keys.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const rightAligned = keys.map(
    (key) =>
      rows.length > 0 && rows.every((row) => typeof (row as Record<string, unknown>)[key] === 'number'),
  );
  const [heading, ...laidOut] = lines.map((line) =>
    line
      .map((text, column) =>
        rightAligned[column] ? text.padStart(widths[column]) : text.padEnd(widths[column]),
      )
      .join('  ')
      .trimEnd(),
  );
  return [styled('bold', heading), ...laidOut].join('\n');
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number' && !Number.isInteger(value)) return value.toFixed(4);
  return printable(String(value));
}
