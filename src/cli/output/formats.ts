import { type Command, Option } from 'commander';
import type { BackupContents } from '../../store/index.js';
import { table } from './table.js';

/** The output formats of a command. */
export interface FormatFlags {
  json?: boolean;
  jsonl?: boolean;
}

/** Adds the flags of a command that prints a list. */
export function withFormats(command: Command): Command {
  return command
    .addOption(new Option('--json', 'print JSON').conflicts('jsonl'))
    .addOption(new Option('--jsonl', 'print JSON Lines: one object per line, for pipes').conflicts('json'));
}

/**
 * Prints rows to standard output: as a table, or as JSON.
 *
 * @param columns key → heading of the table; JSON has all keys
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

/** Prints one value as indented JSON. */
export function printJson(value: unknown, stream: NodeJS.WritableStream = process.stdout): void {
  stream.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints one value as a line of JSON. */
export function printLine(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A number of bytes for people, such as 1.5 GiB. */
export function byteSize(bytes: number): string {
  const unit = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  const value = bytes / 1024 ** unit;
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** What `backup` and `restore` print of an archive. */
export function backupCounts({ manifest: { tables }, blobs }: Pick<BackupContents, 'manifest' | 'blobs'>) {
  return {
    models: tables.model ?? 0,
    logits: tables.logit ?? 0,
    probeSets: tables.probe_set ?? 0,
    keys: tables.api_key ?? 0,
    files: blobs,
  };
}
