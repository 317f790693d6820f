import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exists } from '../../src/lib/exists.js';
import {
  backUp,
  inspectStore,
  openStore,
  restoreBackup,
  type Store,
  type StoreOptions,
} from '../../src/store/index.js';
import { takeDatabase } from '../fixtures/prepared-data.js';
import { requires } from '../fixtures/requires.js';
import { startPostgres } from './postgres-server.js';
import { temporaryFolder } from './temporary-folder.js';

const DAY_MS = 86_400_000;
const IMAGES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/** Stores a probe set of eight images, which are days old. @returns their digests */
async function fill({ blobs, probeSets }: Store, name = 'set'): Promise<string[]> {
  const stored = await Promise.all(IMAGES.map((text) => blobs.put(Buffer.from(name + text))));
  const probes = stored.map(({ digest }) => ({ digest, width: 1, height: 1, mediaType: 'image/png' }));
  const digest = createHash('sha256');
  for (const probe of probes) digest.update(`${probe.digest}\n`);
  await probeSets.create({ name, digest: digest.digest('hex'), probes });
  const old = new Date(Date.now() - 3 * DAY_MS);
  await Promise.all(stored.map(({ digest }) => utimes(blobs.path(digest), old, old)));
  return stored.map(({ digest }) => digest);
}

/** An embedded store with files, closed again. */
async function filledFolder() {
  const dataFolder = await temporaryFolder();
  await takeDatabase(dataFolder);
  const store = await openStore({ dataFolder });
  const digests = await fill(store);
  await store.close();
  return { dataFolder, digests };
}

/** Everything in a folder but locks. */
async function contents(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => !name.startsWith('lock')).sort();
}

async function expectFiles({ blobs }: Pick<Store, 'blobs'>, digests: string[]): Promise<void> {
  expect(await Promise.all(digests.map((digest) => blobs.has(digest)))).toEqual(digests.map(() => true));
}

/** A start fails with this code, and so does a doctor's inspection; neither changes a file. */
async function expectRefused(options: StoreOptions, code: string, message = ''): Promise<void> {
  const before = await contents(options.dataFolder);
  const error = { code, message: expect.stringContaining(message) };
  await expect(openStore(options)).rejects.toMatchObject(error);
  await expect(inspectStore(options)).rejects.toMatchObject(error);
  expect(await contents(options.dataFolder)).toEqual(before);
}

describe('starting never deletes', () => {
  it('when PG_VERSION is missing: the database and the files stay as they are', async () => {
    const { dataFolder } = await filledFolder();
    await rm(join(dataFolder, 'database', 'PG_VERSION'));
    await expectRefused({ dataFolder }, 'DATABASE_MISSING', 'restore a backup');
    const [blobs, marker] = [join(dataFolder, 'blobs'), join(dataFolder, 'store.json')];
    for (const path of [blobs, marker]) await rm(path, { recursive: true });
    const before = await contents(dataFolder);
    await expect(openStore({ dataFolder })).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: expect.stringContaining('no file PG_VERSION'),
    });
    await expect(openStore({ dataFolder, adopt: true })).rejects.toThrow('no file PG_VERSION');
    expect(await contents(dataFolder)).toEqual(before);
  });

  it('when the folder of the database is missing or a link that leads nowhere', async () => {
    const { dataFolder, digests } = await filledFolder();
    const [database, aside] = [join(dataFolder, 'database'), join(dataFolder, 'aside')];
    await rename(database, aside);
    await expectRefused({ dataFolder }, 'DATABASE_MISSING');
    await rm(join(dataFolder, 'store.json'));
    await expectRefused({ dataFolder }, 'DATABASE_MISSING');
    await symlink(join(dataFolder, 'not-mounted'), database);
    await expectRefused({ dataFolder }, 'DATABASE_MISSING');
    await rm(database);
    await rename(aside, database);
    const store = await openStore({ dataFolder });
    await expectFiles(store, digests);
    await store.close();
  });

  it('when the database is that of another folder', async () => {
    const [one, two] = [await filledFolder(), await temporaryFolder()];
    const other = await openStore({ dataFolder: two });
    await fill(other, 'other');
    await other.close();
    await rm(join(one.dataFolder, 'database'), { recursive: true });
    await rename(join(two, 'database'), join(one.dataFolder, 'database'));
    await expectRefused(one, 'DATA_FOLDER_MISMATCH', '--adopt');
    await writeFile(join(one.dataFolder, 'store.json'), '{');
    await expectRefused(one, 'DATA_FOLDER_MISMATCH', 'damaged');
    await rm(join(one.dataFolder, 'store.json'));
    await expectRefused(one, 'DATA_FOLDER_MISMATCH');
    await rm(join(one.dataFolder, 'blobs', 'store.json'));
    await expectRefused(one, 'DATA_FOLDER_MISMATCH', 'does not refer to its files');
  });

  it('when the blobs are those of another folder, also of an earlier release', async () => {
    const [one, two] = [await filledFolder(), await temporaryFolder()];
    const other = await openStore({ dataFolder: two });
    await fill(other, 'other');
    await other.close();
    const [blobs, aside] = [join(one.dataFolder, 'blobs'), join(two, 'aside')];
    await rename(blobs, aside);
    await rename(join(two, 'blobs'), blobs);
    await expectRefused(one, 'DATA_FOLDER_MISMATCH', '--adopt');
    await rm(join(blobs, 'store.json'));
    await expectRefused(one, 'DATA_FOLDER_MISMATCH', '--adopt');
    await rm(blobs, { recursive: true });
    await rename(aside, blobs);
    const store = await openStore(one);
    await expectFiles(store, one.digests);
    await store.close();
  });

  it('a folder and a database of an earlier release are paired by their files', async () => {
    const { dataFolder, digests } = await filledFolder();
    await rm(join(dataFolder, 'store.json'));
    const store = await openStore({ dataFolder });
    await expectFiles(store, digests);
    await store.close();
    expect(await exists(join(dataFolder, 'store.json'))).toBe(true);
  });

  it('with --adopt: the files stay, and cleanup refuses to remove them', async () => {
    const { dataFolder, digests } = await filledFolder();
    await rm(join(dataFolder, 'database'), { recursive: true });
    const store = await openStore({ dataFolder, adopt: true });
    await expect(store.cleanUpBlobs()).rejects.toMatchObject({
      code: 'CLEANUP_REFUSED',
      details: { orphans: 8, files: 8 },
    });
    await expectFiles(store, digests);
    await store.close();
    await (await openStore({ dataFolder })).close();
  });

  it('when a part of the folder is not what it should be, or on a volume that is not mounted', async () => {
    const { dataFolder, digests } = await filledFolder();
    const wrong = async (name: string, make: (path: string) => Promise<unknown>, message: string) => {
      const [path, aside] = [join(dataFolder, name), join(dataFolder, 'aside')];
      const isThere = await exists(path);
      if (isThere) await rename(path, aside);
      await make(path);
      const error = {
        code: 'STORAGE_UNUSABLE',
        message: expect.stringContaining(`\`${name}\` is ${message}`),
      };
      await expect(openStore({ dataFolder })).rejects.toMatchObject(error);
      await rm(path, { recursive: true });
      if (isThere) await rename(aside, path);
    };
    const file = (path: string) => writeFile(path, '');
    for (const name of ['blobs', 'blobs/trash', 'locks', 'search', 'concepts', 'ingests'])
      await wrong(name, file, 'not a folder');
    for (const name of ['blobs', 'blobs/trash', 'search'])
      await wrong(
        name,
        (path) => symlink('/nowhere/at-all', path),
        'a link to something that does not exist',
      );
    for (const name of ['lock', 'store.json', 'blobs/store.json'])
      await wrong(name, (path) => mkdir(path), 'a folder, not a file');
    const store = await openStore({ dataFolder });
    await expectFiles(store, digests);
    await store.close();
  });

  it('a restored store opens', async () => {
    const { dataFolder, digests } = await filledFolder();
    const location = { databaseUrl: undefined, databaseSchema: 'public', log: () => undefined };
    const archive: Uint8Array[] = [];
    await backUp({ dataFolder, ...location }, { release: '0' }, async (content) => {
      for await (const chunk of content) archive.push(chunk);
    });
    const to = await temporaryFolder();
    await restoreBackup(
      { dataFolder: to, ...location },
      (async function* () {
        yield* archive;
      })(),
    );
    const store = await openStore({ dataFolder: to });
    await expectFiles(store, digests);
    await store.close();
    await rm(join(to, 'database'), { recursive: true });
    await expectRefused({ dataFolder: to }, 'DATABASE_MISSING');
  });

  it('an empty volume mounted at database or linked from it gets the database of a new folder', async () => {
    const dataFolder = await temporaryFolder();
    await mkdir(join(dataFolder, 'volume'));
    await symlink(join(dataFolder, 'volume'), join(dataFolder, 'database'));
    await (await openStore({ dataFolder })).close();
    expect(await exists(join(dataFolder, 'volume', 'PG_VERSION'))).toBe(true);
    await (await openStore({ dataFolder })).close();
  });
});

describe('cleanup', () => {
  it('keeps removed files for days, and puts them back when a row refers to them', async () => {
    const { dataFolder, digests } = await filledFolder();
    let store = await openStore({ dataFolder });
    const orphan = await store.blobs.put(Buffer.from('orphan'));
    const old = new Date(Date.now() - 3 * DAY_MS);
    await utimes(store.blobs.path(orphan.digest), old, old);
    expect(await store.cleanUpBlobs({ trashMs: 0 })).toBe(1);
    expect(await store.blobs.has(orphan.digest)).toBe(false);
    const trash = join(dataFolder, 'blobs', 'trash');
    const [day] = await readdir(trash);
    expect(await readdir(join(trash, day))).toEqual([orphan.digest]);

    // As after a cleanup with wrong rows: a file in use is in the trash.
    await rename(store.blobs.path(digests[0]), join(trash, day, digests[0]));
    await store.close();
    store = await openStore({ dataFolder });
    await expectFiles(store, digests);

    await rename(join(trash, day), join(trash, '2026-01-01'));
    await rename(store.blobs.path(digests[0]), join(trash, '2026-01-01', digests[0]));
    expect(await store.cleanUpBlobs()).toBe(0);
    expect(await readdir(trash)).toEqual([]);
    await expectFiles(store, digests);
    await store.close();
  });
});

describe.runIf(requires('postgresql'))('starting with a PostgreSQL server never deletes', () => {
  it('with a misspelled schema, another database, or no server: the files stay', async () => {
    const server = await startPostgres();
    try {
      const databaseUrl = await server.createDatabase('schemas');
      const dataFolder = await temporaryFolder();
      const right = { dataFolder, databaseUrl, databaseSchema: 'probelog' };
      let store = await openStore(right);
      const digests = await fill(store);
      await store.close();

      await expectRefused({ ...right, databaseSchema: 'problog' }, 'DATABASE_MISSING', 'schema probelog;');
      await expectRefused({ dataFolder }, 'DATABASE_MISSING', 'schema probelog;');
      const elsewhere = { ...right, dataFolder: await temporaryFolder(), databaseSchema: 'other' };
      const other = await openStore(elsewhere);
      await fill(other, 'other');
      await other.close();
      await expectRefused({ ...right, databaseSchema: 'other' }, 'DATA_FOLDER_MISMATCH', 'schema probelog;');
      await expectRefused({ ...elsewhere, databaseSchema: 'probelog' }, 'DATA_FOLDER_MISMATCH');

      store = await openStore(right);
      expect(await store.cleanUpBlobs()).toBe(0);
      await expectFiles(store, digests);
      await store.close();
      const embedded = await filledFolder();
      await expectRefused({ ...embedded, databaseUrl }, 'DATABASE_MISSING', 'unset DATABASE_URL');
    } finally {
      await server.stop();
    }
  });
});
