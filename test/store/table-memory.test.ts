import { describe, expect, it } from 'vitest';
import { TableMemory } from '../../src/store/database/table-memory.js';

/** A table of one column, whose reads are counted. */
function memoryOf(isShared: boolean, sharedMs?: number) {
  const memory = new TableMemory(isShared);
  const rows = new Map([['a', { text: 'first' }]]);
  let reads = 0;
  const find = memory.reader<string, { text: string }>({
    tables: ['model', 'logit'],
    max: 2,
    sharedMs,
    keyOf: (key) => key,
    async read(keys) {
      reads++;
      return keys.map((key) => rows.get(key) ?? null);
    },
  });
  return { memory, rows, find, reads: () => reads };
}

describe('an embedded database', () => {
  it('is read once', async () => {
    const { find, reads } = memoryOf(false);
    expect(await find(['a'])).toEqual([{ text: 'first' }]);
    expect(await find(['a', 'a'])).toEqual([{ text: 'first' }, { text: 'first' }]);
    expect(reads()).toBe(1);
  });

  it('is read again for what it did not have', async () => {
    const { find, rows, reads } = memoryOf(false);
    expect(await find(['b', 'a'])).toEqual([null, { text: 'first' }]);
    rows.set('b', { text: 'new' });
    expect(await find(['a', 'b'])).toEqual([{ text: 'first' }, { text: 'new' }]);
    expect(reads()).toBe(2);
  });

  it.each([
    'INSERT INTO "public"."model" ("id") VALUES ($1)',
    'UPDATE "logit" SET "label" = NULL',
    'UPDATE "public"."model" SET "name" = $1',
    'DELETE FROM "other_schema"."model" WHERE 1=1',
    '\n    WITH "dead" AS (SELECT 1), "changed" AS (\n UPDATE\n "model" SET "status" = \'FAILED\') SELECT 1',
    'TRUNCATE "model"',
  ])('is read again after %j', async (sql) => {
    const { memory, find, reads } = memoryOf(false);
    await find(['a']);
    memory.observe(sql);
    await find(['a']);
    expect(reads()).toBe(2);
  });

  it.each([
    'SELECT "id" FROM "model" WHERE "name" = $1',
    'SELECT 1 FROM "model" FOR UPDATE OF "model"',
    'UPDATE "ingest" SET "done" = 3',
    'INSERT INTO "lease" ("name") VALUES (1) ON CONFLICT ("name") DO UPDATE SET "holder" = 1',
    'COMMIT',
  ])('is not read again after %j', async (sql) => {
    const { memory, find, reads } = memoryOf(false);
    await find(['a']);
    memory.observe(sql);
    await find(['a']);
    expect(reads()).toBe(1);
  });

  it('is not remembered as it was before a change that came while it was read', async () => {
    const memory = new TableMemory(false);
    let answer: (rows: { text: string }[]) => void = () => undefined;
    const find = memory.reader<string, { text: string }>({
      tables: ['model'],
      max: 2,
      keyOf: (key) => key,
      read: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    const early = find(['a']);
    memory.observe('UPDATE "model" SET "name" = 1');
    answer([{ text: 'old' }]);
    await early;
    const late = find(['a']);
    answer([{ text: 'new' }]);
    expect(await late).toEqual([{ text: 'new' }]);
  });

  it('is remembered up to a number of rows', async () => {
    const { find, rows, reads } = memoryOf(false);
    for (const key of ['b', 'c']) rows.set(key, { text: key });
    await find(['a', 'b', 'c']);
    await find(['a']);
    expect(reads()).toBe(2);
  });
});

describe('a database with other writers', () => {
  it('is read each time', async () => {
    const { find, reads } = memoryOf(true);
    await find(['a']);
    await find(['a']);
    expect(reads()).toBe(2);
  });

  it('is remembered for a set time, and until a change of our own', async () => {
    const { memory, find, reads } = memoryOf(true, 60_000);
    await find(['a']);
    await find(['a']);
    expect(reads()).toBe(1);
    memory.observe('UPDATE "model" SET "name" = 1');
    await find(['a']);
    expect(reads()).toBe(2);
  });
});
