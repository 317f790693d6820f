import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/index.js';
import { newIngest, published, takeUp } from './models.js';
import { temporaryFolder } from './temporary-folder.js';

describe('a data folder', () => {
  let folder: string;
  let store: Store;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'probelog-store-'));
    // What a first start leaves that was killed while it made the database.
    for (const path of ['database', 'database.new']) {
      await mkdir(join(folder, path));
      await writeFile(join(folder, path, 'postgresql.conf'), 'nonsense');
    }
    store = await openStore({ dataFolder: folder });
    await store.probeSets.create({ name: 'set', digest: 'd', probes: [] });
  });

  afterAll(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('belongs to one process at a time', async () => {
    await expect(openStore({ dataFolder: folder })).rejects.toMatchObject({
      code: 'DATA_FOLDER_IN_USE',
      details: { pid: process.pid },
    });
  });

  it('keeps its content when it is reopened, and queues running ingests', async () => {
    const probeSet = (await store.probeSets.default()) ?? expect.fail();
    const queued = await store.ingests.enqueue(newIngest(probeSet.id, 'under way'));
    await store.ingests.claim('worker', 60_000);
    await store.close();
    await store.close();
    store = await openStore({ dataFolder: folder });
    expect((await store.probeSets.list()).map(({ name }) => name)).toEqual(['set']);
    expect(await store.ingests.claim('next', 60_000)).toMatchObject({ id: queued.id, attempts: 2 });
  });

  it('counts statements for a listener', async () => {
    const seen: string[] = [];
    const stop = store.onStatement((sql) => seen.push(sql));
    await store.probeSets.list();
    stop();
    await store.probeSets.list();
    expect(seen).toHaveLength(1);
  });

  it('runs other statements while a large model is published', async () => {
    const probeSet = (await store.probeSets.default()) ?? expect.fail();
    const queued = await store.ingests.enqueue(newIngest(probeSet.id, 'large'));
    const { claim } = await takeUp(store, queued.id);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await store.models.publish(claim, published(probeSet.id, null, 1_000));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });

  it('keeps transactions apart from other statements, on its one connection', async () => {
    const probeSet = (await store.probeSets.default()) ?? expect.fail();
    const [failed, kept] = await Promise.allSettled([
      // jsonb refuses this character, after the transaction has made the model.
      store.ingests.enqueue({ ...newIngest(probeSet.id, 'rolled back'), request: { text: '\0' } }),
      store.ingests.enqueue(newIngest(probeSet.id, 'kept')),
      store.probeSets.saveEmbedding(probeSet.id, 'clip', { digest: 'x', dimensions: 4 }),
    ]);
    expect([failed.status, kept.status]).toEqual(['rejected', 'fulfilled']);
    expect(await store.models.byNameVersion('rolled back', '1')).toBeNull();
    expect(await store.models.byNameVersion('kept', '1')).not.toBeNull();
    expect(await store.probeSets.embedding(probeSet.id, 'clip')).not.toBeNull();
  });
});

it('explains why an embedded database cannot be opened', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'database'));
  await writeFile(join(folder, 'database', 'PG_VERSION'), '3\n');
  await expect(openStore({ dataFolder: folder })).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
});
