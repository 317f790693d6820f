import { messageOf } from '../../errors/index.js';
import type { Connection } from '../database/database.js';
import { backupInvalid } from './backup-format.js';

/** The columns of a table in the connection's schema; none when the table does not exist. */
export async function columnsOf(connection: Connection, table: string): Promise<Set<string>> {
  const rows = await connection.query(
    'SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1',
    [table],
  );
  return new Set(rows.map(({ column_name: name }) => String(name)));
}

/**
 * Inserts rows of a backup into a table, within a transaction.
 *
 * @param path of their entry in the archive
 * @param text one JSON object per line
 * @returns the number of rows
 * @throws ProbelogError BACKUP_INVALID when they do not fit the table
 */
export async function restoreRows(
  connection: Connection,
  { table, columns }: { table: string; columns: Set<string> },
  { path, text }: { path: string; text: string },
): Promise<number> {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw backupInvalid(path, 'its last line has no line break');
  lines.forEach((line, index) => {
    checkRow(line, columns, `${path}:${index + 1}`);
  });
  try {
    // PostgreSQL parses the JSON itself, because JavaScript would lose the precision of large integers.
    await connection.query(
      `INSERT INTO "${table}" SELECT * FROM jsonb_populate_recordset(NULL::"${table}", $1::jsonb)`,
      [`[${lines.join(',')}]`],
    );
  } catch (thrown) {
    if (!isDataError(thrown)) throw thrown;
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
    throw backupInvalid(where, `its columns are not ${[...columns].join(', ')}`);
}

/**
 * Whether PostgreSQL refused the values: invalid data (class 22), a violated constraint (23), an exceeded limit (54), or the
 * audit's trigger (P0).
 */
export function isDataError(thrown: unknown): boolean {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  return /^(22|23|54|P0)/.test(code);
}
