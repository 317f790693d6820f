import { styleText } from 'node:util';

/**
 * Styles text for people: on a terminal unless NO_COLOR is set, elsewhere if FORCE_COLOR is. Node's own rules decide.
 */
export function styled(
  style: Parameters<typeof styleText>[0],
  text: string,
  stream: NodeJS.WriteStream = process.stdout,
): string {
  return styleText(style, text, { stream, validateStream: true });
}

/** Control characters, and those that change the direction of writing. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text that is safe on a terminal.
 *
 * Threat model: labels, messages and names come from models and registries. An escape sequence in one could rewrite the screen
 * or set the clipboard.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/**
 * Lays out rows in aligned columns under a header.
 *
 * @param rows one record per line; each has the keys of `columns`
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
