import type { Connection } from '../database/connection.js';

/**
 * Reads the database as it is at one moment, however long that takes. A server's limits for statements and idle
 * transactions are for applications; reading everything takes its time.
 */
export async function inSnapshot<T>(connection: Connection, read: () => Promise<T>): Promise<T> {
  await connection.execute(
    `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
     SET LOCAL TIME ZONE 'UTC';
     SET LOCAL extra_float_digits = 1;
     SET LOCAL statement_timeout = 0;
     SET LOCAL idle_in_transaction_session_timeout = 0;`,
  );
  try {
    return await read();
  } finally {
    await connection.execute('ROLLBACK');
  }
}

/** Rows are asked for so many at a time at most. */
const MAX_ROWS = 500;
/** As many rows are asked for as make this much: one may have a label, or twenty thousand. */
const TARGET_BYTES = 256 * 2 ** 10;

/**
 * The rows of a query within a transaction, some at a time.
 *
 * @param bytesOf a row, about
 */
export async function* rowsOf<Row>(
  connection: Connection,
  sql: string,
  bytesOf: (row: Row) => number = () => 100,
): AsyncGenerator<Row[], void, undefined> {
  await connection.execute(`DECLARE "backup_rows" NO SCROLL CURSOR FOR ${sql}`);
  let count = 50;
  for (;;) {
    const rows = (await connection.query(`FETCH ${count} FROM "backup_rows"`)) as Row[];
    if (rows.length === 0) break;
    yield rows;
    const bytes = rows.reduce((sum, row) => sum + bytesOf(row), 0);
    const fitting = Math.floor((TARGET_BYTES * rows.length) / bytes);
    count = Math.max(1, Math.min(fitting, 2 * count, MAX_ROWS));
  }
  await connection.execute('CLOSE "backup_rows"');
}
