import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backUp, openStore } from '../../../src/store/index.js';
import { requires } from '../../fixtures/requires.js';
import { type PostgresServer, startPostgres } from '../postgres-server.js';
import { temporaryFolder } from '../temporary-folder.js';
import { backupOf, type File, filesOf, location, restore } from './archives.js';
import { fillStore } from './filled-store.js';

/** What a backup says of the data, not of itself. The tests distinguish ingests that ran. */
const data = (files: File[]) =>
  files
    .filter(({ path }) => /^(rows|blobs)\//.test(path) && !path.startsWith('rows/ingest/'))
    .map(({ path, content }) => [path, content.toString('hex')]);

/** So that a sweep takes what nothing refers to. */
async function makeOld(dataFolder: string): Promise<void> {
  const blobs = join(dataFolder, 'blobs');
  const lastWeek = new Date(Date.now() - 7 * 86_400_000);
  for (const name of await readdir(blobs, { recursive: true }))
    await utimes(join(blobs, name), lastWeek, lastWeek);
}

it('a data folder that is a file is named as such', async () => {
  const path = join(await temporaryFolder(), 'file');
  await writeFile(path, '');
  await expect(backupOf(location(path))).rejects.toMatchObject({
    code: 'STORAGE_UNUSABLE',
    message: expect.stringContaining(`${path} cannot be used: it is not a folder`),
  });
});

it('an embedded store is the same on another machine, and what ran there is queued', async () => {
  const [from, to] = [location(await temporaryFolder()), location(await temporaryFolder())];
  await fillStore(from);
  const archive = await backupOf(from);
  const restored = await restore(to, archive);
  expect(restored).toMatchObject({
    blobs: 27,
    requeued: 1,
    manifest: { release: '1.2.3', tables: { model: 3, logit: 6, api_key: 1, ingest: 3, probe: 20 } },
  });
  expect(data(await filesOf(await backupOf(to)))).toEqual(data(await filesOf(archive)));

  const store = await openStore(to);
  const [running] = await store.ingests.page({ states: ['QUEUED'], first: 10 });
  expect(running).toMatchObject({ state: 'QUEUED', stage: 'QUEUED', done: 0, leasedUntil: null });
  expect(await store.ingests.page({ states: ['RUNNING'], first: 10 })).toEqual([]);
  const again = await store.ingests.claim('worker', 60_000);
  expect(again?.id).toBe(running.id);
  await store.close();
});

describe.runIf(requires('postgresql'))('with a PostgreSQL server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  it('a store moves from an embedded database to a server and back, unchanged', async () => {
    const embedded = location(await temporaryFolder());
    await fillStore(embedded);
    const first = await backupOf(embedded);
    const shared = {
      ...location(await temporaryFolder(), await server.createDatabase('moved')),
      databaseSchema: 'own',
    };
    await restore(shared, first);
    const second = await backupOf(shared);
    const back = location(await temporaryFolder());
    await restore(back, second);
    const third = await backupOf(back);
    const [a, b, c] = await Promise.all([first, second, third].map(filesOf));
    expect(data(b)).toEqual(data(a));
    expect(data(c)).toEqual(data(a));
    await (await openStore(shared)).close();
  });

  it('a backup is of one moment, while others change the database and sweep its files', async () => {
    const from = location(await temporaryFolder(), await server.createDatabase('busy'));
    await fillStore(from);
    const still = await backupOf(from);
    const store = await openStore(from);
    await makeOld(from.dataFolder);
    const whole = await store.models.byNameVersion('whole', '1');
    const dataFiles = [...(await store.models.dataFiles([whole?.id ?? ''])).values()].flat();
    const digests = [whole?.fileDigest, ...dataFiles.map(({ digest }) => digest)];
    const refetchable = new Set(digests.map((digest) => `blobs/${digest}`));
    const archive: Uint8Array[] = [];
    await backUp(from, { release: '1.2.3' }, async (content) => {
      for await (const chunk of content) {
        archive.push(chunk);
        if (archive.length > 2) continue;
        for (const { id } of await store.models.page({ first: 10 })) await store.models.remove(id);
        await store.cleanUpBlobs();
      }
    });
    expect(await store.models.count({})).toBe(0);
    await store.close();
    const kept = data(await filesOf(Buffer.concat(archive)));
    // The files of a model that can be fetched again may go at any time.
    expect(kept).toEqual(data(await filesOf(still)).filter(([path]) => !refetchable.has(path)));
  });

  it('refuses a schema that has tables, and names them', async () => {
    const from = location(await temporaryFolder());
    await fillStore(from);
    const url = await server.createDatabase('taken');
    await (await openStore({ dataFolder: await temporaryFolder(), databaseUrl: url })).close();
    const to = location(await temporaryFolder(), url);
    await expect(restore(to, await backupOf(from))).rejects.toMatchObject({
      code: 'RESTORE_NOT_EMPTY',
      message: expect.stringContaining('the schema public has 18 tables (_prisma_migrations, api_key,'),
    });
  });
});
