import { expect, it } from 'vitest';
import { BACKED_UP_TABLES } from '../../../src/store/backup/backup-format.js';
import { openEmbedded } from '../../../src/store/database/open-embedded.js';
import { applyMigrations } from '../../../src/store/migrations/apply-migrations.js';
import { temporaryFolder } from '../temporary-folder.js';

/** They say nothing on another machine. */
const STAY = ['_prisma_migrations', 'lease', 'runner', 'store_identity'];

it('every table goes along in a backup, behind those that it refers to, in order of its primary key', async () => {
  const { connection, close } = await openEmbedded(`${await temporaryFolder()}/database`, () => undefined);
  await applyMigrations(connection, 'public');
  const tables = await connection.query(
    `SELECT c.relname AS "name",
       (SELECT array_agg(a.attname::text ORDER BY array_position(k.conkey, a.attnum)) FROM pg_constraint k
         JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey)
         WHERE k.conrelid = c.oid AND k.contype = 'p') AS "key",
       ARRAY(SELECT k.confrelid::regclass::text FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f') AS "parents"
     FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace`,
  );
  await close();
  const kept = tables.filter(({ name }) => !STAY.includes(String(name)));
  const names = BACKED_UP_TABLES.map(({ name }) => name);
  expect([...names].sort()).toEqual(kept.map(({ name }) => name).sort());
  for (const { name, key, parents } of kept) {
    expect(BACKED_UP_TABLES.find((table) => table.name === name)?.key).toEqual(key);
    for (const parent of parents as string[])
      expect(names.indexOf(parent)).toBeLessThan(names.indexOf(String(name)));
  }
});
