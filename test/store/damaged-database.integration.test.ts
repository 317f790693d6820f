import { open, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { knownError } from '../../src/errors/index.js';
import { openStore } from '../../src/store/index.js';
import { takeDatabase } from '../fixtures/prepared-data.js';
import { temporaryFolder } from './temporary-folder.js';

const PAGE_BYTES = 8192;

it.each([
  ['a missing control file', (folder: string) => rm(join(folder, 'global', 'pg_control'))],
  ['a cut control file', (folder: string) => truncate(join(folder, 'global', 'pg_control'), 10)],
  ['an empty version file', (folder: string) => writeFile(join(folder, 'PG_VERSION'), '')],
  ['a missing log', (folder: string) => rm(join(folder, 'pg_wal'), { recursive: true })],
])('a database with %s is named as damaged, and stays as it is', async (_, damage) => {
  const dataFolder = await temporaryFolder();
  await takeDatabase(dataFolder);
  await damage(join(dataFolder, 'database'));
  const before = (await readdir(join(dataFolder, 'database'), { recursive: true })).length;
  await expect(openStore({ dataFolder })).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    message: expect.stringContaining('damaged, or of another PostgreSQL version; restore a backup'),
  });
  expect((await readdir(join(dataFolder, 'database'), { recursive: true })).length).toBeGreaterThanOrEqual(
    before,
  );
});

it('a damaged page of a table is an error with a code', async () => {
  const dataFolder = await temporaryFolder();
  await takeDatabase(dataFolder);
  let store = await openStore({ dataFolder });
  await store.probeSets.create({ name: 'set', digest: 'd', probes: [] });
  await store.close();
  await damagePages(join(dataFolder, 'database', 'base', '5'));
  const thrown = await openStore({ dataFolder }).then(
    async (opened) => {
      store = opened;
      return store.probeSets.list().catch((error: unknown) => error);
    },
    (error: unknown) => error,
  );
  expect(knownError(thrown)).toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    message: expect.stringContaining('damaged'),
  });
  await store.close();
});

/** Overwrites the heads of all pages of our tables and indexes; PostgreSQL's own have lower numbers. */
async function damagePages(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!(Number(name) >= 16_384)) continue;
    const path = join(folder, name);
    const { size } = await stat(path);
    const file = await open(path, 'r+');
    for (let start = 0; start < size; start += PAGE_BYTES)
      await file.write(Buffer.alloc(200, 0xaa), 0, 200, start);
    await file.close();
  }
}
