import type { Database } from '../../src/store/database/database.js';

/** How a database runs a statement, whatever its parameters are. */
export async function planOf({ connection }: Database, statement: string): Promise<string> {
  const parameters = Math.max(0, ...[...statement.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
  await connection.execute(`SET plan_cache_mode = force_generic_plan; PREPARE "planned" AS ${statement}`);
  try {
    const nulls = Array.from({ length: parameters }, () => 'NULL').join(', ');
    const given = parameters > 0 ? `(${nulls})` : '';
    const rows = await connection.query(`EXPLAIN EXECUTE "planned"${given}`, []);
    return rows.map((row) => Object.values(row).join()).join('\n');
  } finally {
    await connection.execute('DEALLOCATE "planned"; RESET plan_cache_mode');
  }
}
