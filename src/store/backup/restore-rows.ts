import { messageOf } from '../../errors/index.js';
import type { Connection } from '../database/connection.js';
import { backupInvalid } from './backup-errors.js';

/** Columns of a table of the schema that the connection looks into. */
export async function columnsOf(connection: Connection, table: string): Promise<Set<string>> {
  const rows = await connection.query(
    'SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1',
    [table],
  );
  return new Set(rows.map(({ column_name: name }) => String(name)));
}

/**
 * Puts rows of a backup into a table, within a transaction.
 *
 * @param path of the entry that they come from
 * @param text one JSON object a line
 * @returns how many there are
 * @throws ProbelogError BACKUP_INVALID when they do not fit the table
 */
export async function restoreRows(
  connection: Connection,
  { table, columns }: { table: string; columns: Set<string> },
  { path, text }: { path: string; text: string },
): Promise<number> {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw backupInvalid(path, 'its last line has no end');
  lines.forEach((line, index) => {
    checkRow(line, columns, `${path}:${index + 1}`);
  });
  try {
    // PostgreSQL reads the JSON itself: it has integers that JavaScript has not.
    await connection.query(
      `INSERT INTO "${table}" SELECT * FROM jsonb_populate_recordset(NULL::"${table}", $1::jsonb)`,
      [`[${lines.join(',')}]`],
    );
  } catch (thrown) {
    if (!isAboutData(thrown)) throw thrown;
    throw backupInvalid(path, `its rows do not fit the table ${table}: ${messageOf(thrown)}`, thrown);
  }
  return lines.length;
}

function checkRow(line: string, columns: Set<string>, where: string): void {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch (thrown) {
    throw backupInvalid(where, 'it is not JSON', thrown);
  }
  const isObject = typeof row === 'object' && row !== null && !Array.isArray(row);
  const keys = isObject ? Object.keys(row as object) : [];
  if (keys.length !== columns.size || !keys.every((key) => columns.has(key)))
    throw backupInvalid(where, `it has not the columns ${[...columns].join(', ')}`);
}

/** Whether PostgreSQL refused the values or what they break (classes 22 and 23, a limit of the program, the audit's trigger). */
export function isAboutData(thrown: unknown): boolean {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  return /^(22|23|54|P0)/.test(code);
}
