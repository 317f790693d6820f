import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requires } from '../fixtures/requires.js';
import { openSmallService, type SmallService, settled } from '../ingest/support/small-service.js';
import { meanColor } from '../probing/support/made-models.js';
import { type PostgresServer, startPostgres } from '../store/postgres-server.js';
import { temporaryFolder } from '../store/temporary-folder.js';

describe.runIf(requires('postgresql'))('two services on one PostgreSQL server and one data folder', () => {
  let server: PostgresServer;
  const opened: SmallService[] = [];
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    for (const one of opened) await one.close();
    await server.stop();
  });

  it('a model that one registers and removes appears and disappears in the other', async () => {
    const environment = { DATABASE_URL: await server.createDatabase('shared') };
    const dataFolder = join(await temporaryFolder(), 'data');
    const worker = await openSmallService({ environment, dataFolder });
    opened.push(worker);
    const reader = await openSmallService({ environment, dataFolder, work: false });
    opened.push(reader);

    const { id, modelId } = await reader.enqueue(meanColor());
    expect((await settled(reader.service, id)).state).toBe('SUCCEEDED');
    const { store, search } = reader.service;
    const [probeSet] = await store.probeSets.list();
    const logits = async () => (await search.stats(probeSet.id))?.logits ?? 0;
    await expect.poll(logits, { timeout: 20_000 }).toBe(4);
    expect(await worker.service.ingest.remove(modelId)).toBe(true);
    await expect.poll(logits, { timeout: 20_000 }).toBe(0);
  });
});
