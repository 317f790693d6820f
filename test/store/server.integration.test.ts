import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/index.js';
import { requires } from '../fixtures/requires.js';
import { makeVisible, newIngest, published } from './models.js';
import { type PostgresServer, startPostgres } from './postgres-server.js';
import { temporaryFolder } from './temporary-folder.js';

const COMPILED = new URL('../../dist/src/store/index.js', import.meta.url).href;
const OPEN_ONCE = fileURLToPath(new URL('open-once.mjs', import.meta.url));
const MIGRATIONS = new URL('../../prisma/migrations/', import.meta.url);
const FIRST_MIGRATION = '20261124000000_init';

describe.runIf(requires('postgresql'))('a PostgreSQL server', () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  async function query(url: string, sql: string) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  it('is set up once by processes that start at once, and as Prisma would', async () => {
    const url = await server.createDatabase('at_once');
    const folder = await temporaryFolder();
    const opened = await Promise.all(
      Array.from({ length: 4 }, () =>
        promisify(execFile)(process.execPath, [OPEN_ONCE, COMPILED, folder, url]),
      ),
    );
    expect(opened.map(({ stdout }) => stdout.trim())).toEqual(['0', '0', '0', '0']);
    const rows = await query(url, 'SELECT * FROM "_prisma_migrations" ORDER BY "migration_name"');
    const entries = await readdir(MIGRATIONS, { withFileTypes: true });
    const names = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
    expect(names).toContain(FIRST_MIGRATION);
    const asPrismaWould = names.map(async (name) => ({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      checksum: createHash('sha256')
        .update(await readFile(new URL(`${name}/migration.sql`, MIGRATIONS)))
        .digest('hex'),
      migration_name: name,
      started_at: expect.any(Date),
      finished_at: expect.any(Date),
      rolled_back_at: null,
      logs: null,
      applied_steps_count: 1,
    }));
    expect(rows).toEqual(await Promise.all(asPrismaWould));
  });

  it('refuses a database whose migration has another checksum', async () => {
    const url = await server.createDatabase('changed');
    const folder = await temporaryFolder();
    await (await openStore({ dataFolder: folder, databaseUrl: url })).close();
    await query(url, `UPDATE "_prisma_migrations" SET "checksum" = 'other'`);
    await expect(openStore({ dataFolder: folder, databaseUrl: url })).rejects.toMatchObject({
      code: 'MIGRATION_CHANGED',
      details: { migration: FIRST_MIGRATION },
    });
  });

  it('is shared with another program, whose tables have our names', async () => {
    const url = await server.createDatabase('shared');
    await query(url, 'CREATE TABLE "model" ("id" int); INSERT INTO "model" VALUES (7)');
    await query(url, 'CREATE TABLE "_prisma_migrations" ("migration_name" text, "checksum" text)');
    // A role that may make no schemas, and gets one.
    await query(url, 'CREATE ROLE "guest" LOGIN; CREATE SCHEMA "own" AUTHORIZATION "guest"');
    await query(url, `REVOKE CREATE ON DATABASE "${new URL(url).pathname.slice(1)}" FROM PUBLIC`);
    const asGuest = new URL(url);
    asGuest.username = 'guest';
    asGuest.searchParams.set('options', '-c statement_timeout=60s');
    const options = { dataFolder: await temporaryFolder(), databaseUrl: asGuest.href, databaseSchema: 'own' };
    const store = await openStore(options);
    const { id } = await store.probeSets.create({ name: 'set', digest: 'd', probes: [] });
    const { modelId } = await store.ingests.enqueue(newIngest(id, 'ours'));
    const claimed = (await store.ingests.claim('worker', 60_000)) ?? expect.fail();
    await store.models.publish(claimed.claim, published(id, null));
    expect((await store.logits.byKeys([{ modelId, index: 0 }]))[0].status).toBe('SEARCHABLE');
    await store.close();
    await (await openStore(options)).close();
    expect(await query(url, 'SELECT * FROM public."model"')).toEqual([{ id: 7 }]);
    expect(await query(url, 'SELECT * FROM public."_prisma_migrations"')).toEqual([]);
    expect(await query(url, 'SELECT "name" FROM "own"."model"')).toEqual([{ name: 'ours' }]);
    const elsewhere = { ...options, dataFolder: await temporaryFolder(), databaseSchema: 'other' };
    const refused = openStore(elsewhere);
    await expect(refused).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: expect.stringContaining(
        'The schema other does not exist and cannot be created: permission denied',
      ),
    });
  });

  it('gives each of many ingests to one of several workers', async () => {
    const url = await server.createDatabase('queue');
    const folder = await temporaryFolder();
    const stores = await Promise.all(
      [1, 2, 3].map(() => openStore({ dataFolder: folder, databaseUrl: url })),
    );
    const [{ id }] = await Promise.all(
      stores.map(({ probeSets }) => probeSets.create({ name: 'set', digest: 'd', probes: [] })),
    );
    const names = Array.from({ length: 40 }, (_, index) => `model ${index}`);
    const enqueued = await Promise.allSettled(
      stores.flatMap(({ ingests }) => names.map((name) => ingests.enqueue(newIngest(id, name)))),
    );
    const refused = enqueued.flatMap((result) =>
      result.status === 'rejected' ? [result.reason.code ?? result.reason] : [],
    );
    expect(refused).toEqual(Array(80).fill('MODEL_EXISTS'));

    const claimed = await Promise.all(
      stores.map(async ({ ingests, models }, worker) => {
        const mine: string[] = [];
        for (let ingest = await ingests.claim(`${worker}`, 60_000); ingest; ) {
          mine.push(ingest.id);
          await models.publish(ingest.claim, published(id, null));
          await ingests.succeed(ingest.claim, 1);
          ingest = await ingests.claim(`${worker}`, 60_000);
        }
        return mine;
      }),
    );
    expect(claimed.flat()).toHaveLength(40);
    expect(new Set(claimed.flat()).size).toBe(40);
    expect(await stores[0].models.searchable(id)).toHaveLength(40);

    const [model] = await stores[0].models.page({ first: 1 });
    const again = await Promise.allSettled(stores.map(({ ingests }) => ingests.enqueueReprobe(model.id)));
    expect(again.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    // Another process's work survives our start: only its lease says that it is dead.
    await stores[0].ingests.claim('elsewhere', 60_000);
    await stores[1].close();
    stores[1] = await openStore({ dataFolder: folder, databaseUrl: url });
    expect(await stores[1].ingests.claim('here', 60_000)).toBeNull();
    await Promise.all(stores.map((store) => store.close()));
  });

  it('shows a reprobed model in its old or new state, never between, under concurrent changes', async () => {
    const url = await server.createDatabase('between');
    const folder = await temporaryFolder();
    const [writer, reader] = await Promise.all(
      [1, 2].map(() => openStore({ dataFolder: folder, databaseUrl: url })),
    );
    const { id } = await writer.probeSets.create({ name: 'set', digest: 'd', probes: [] });
    const { modelId, id: first } = await writer.ingests.enqueue(newIngest(id, 'model'));
    let done = false;
    const write = async () => {
      await makeVisible(writer, first, published(id, null, 700));
      for (let round = 0; round < 8; round++) {
        const { id: ingest } = await writer.ingests.enqueueReprobe(modelId);
        await makeVisible(writer, ingest, published(id, null, 700 + 600 * (round % 2)));
      }
      done = true;
    };
    const read = async () => {
      const seen = new Set<number>();
      while (!done) seen.add(await reader.logits.count(id));
      return [...seen].sort((a, b) => a - b);
    };
    const [, seen] = await Promise.all([write(), read()]);
    for (const count of seen) expect([0, 700, 1300]).toContain(count);
    await Promise.all([writer.close(), reader.close()]);
  });
});

it('says which server cannot be used, without its password', async () => {
  const folder = await temporaryFolder();
  const closed = openStore({ dataFolder: folder, databaseUrl: 'postgresql://me:s3cret@127.0.0.1:1/db' });
  const error = await closed.catch((thrown) => thrown);
  expect(error).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  expect(error.message).toContain('127.0.0.1:1');
  expect(`${error.stack}${JSON.stringify(error)}`).not.toContain('s3cret');
});

it('gives up on a server that accepts the connection and does not answer', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  const { port } = silent.address() as { port: number };
  const url = `postgresql://127.0.0.1:${port}/db`;
  await expect(openStore({ dataFolder: await temporaryFolder(), databaseUrl: url })).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
  });
  silent.close();
}, 20_000);
