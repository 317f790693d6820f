import { type Command, Option } from 'commander';
import { table } from './table.js';

/** In which form a command prints. */
export interface FormatFlags {
  json?: boolean;
  jsonl?: boolean;
}

/** Adds the flags of a command that prints a list. */
export function withFormats(command: Command): Command {
  return command
    .addOption(new Option('--json', 'print JSON').conflicts('jsonl'))
    .addOption(new Option('--jsonl', 'print JSON Lines: one object a line, for pipes').conflicts('json'));
}

/**
 * Prints rows to standard output: as a table for people, or whole as JSON.
 *
 * @param columns key → heading of the table; JSON has every key
 */
export function printRows<Row extends object>(
  rows: readonly Row[],
  columns: Partial<Record<keyof Row & string, string>>,
  { json, jsonl }: FormatFlags,
): void {
  if (json) printJson(rows);
  else if (jsonl) for (const row of rows) printLine(row);
  else process.stdout.write(`${table(rows, columns)}\n`);
}

/** Prints one value as JSON, over several lines for those who read it. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints one value as a line of JSON. */
export function printLine(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
