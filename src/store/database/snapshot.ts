import type { Connection } from './database.js';

/** Maximum number of rows per batch. */
const MAX_ROWS = 500;
/** Target size of a batch. A row may have one label or twenty thousand, so the number of rows adapts. */
const TARGET_BYTES = 256 * 2 ** 10;

/**
 * Reads the database as it is at one moment, for any length of time. It lifts the server's limits on statements and idle
 * transactions, which are meant for applications.
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

/**
 * The rows of a query, in batches, within a transaction.
 *
 * @param bytesOf approximate size of a row
 */
export async function* readRows<Row>(
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
