import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import { expect, it } from 'vitest';
import { loadConfig } from '../../src/config/index.js';
import { globalId } from '../../src/graphql/index.js';
import { servicesOf, startServer } from '../../src/server/index.js';
import { openSmallService } from '../ingest/support/small-service.js';
import { meanColor } from '../probing/support/made-models.js';
import { temporaryFolder } from '../store/temporary-folder.js';

it('a damaged file ends no start: its model is left out and named, and everything else answers', async () => {
  const dataFolder = join(await temporaryFolder(), 'data');
  let small = await openSmallService({ dataFolder });
  const [lost, kept] = [
    await small.ingest(meanColor(), { name: 'lost' }),
    await small.ingest(meanColor({ batch: 1 })),
  ];
  const { store } = small.service;
  const [{ responsesDigest, probeSetId }] = await store.models.byIds([lost.modelId]);
  const [{ responsesDigest: other }] = await store.models.byIds([kept.modelId]);
  const [image] = await store.probeSets.probes(probeSetId);
  await small.close();

  for (const digest of [responsesDigest ?? '', image.digest]) await flip(store.blobs.path(digest));
  await rm(join(dataFolder, 'search'), { recursive: true });
  const logged: unknown[] = [];
  small = await openSmallService({
    dataFolder,
    work: false,
    log: (level, message, details) => logged.push({ level, message, ...details }),
  });
  const { service } = small;
  const limits = loadConfig({ PROBELOG_DATA: dataFolder });
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    logger: pino({ level: 'silent' }),
    webhooks: service.webhooks,
    limits,
    services: servicesOf(service),
  });
  try {
    const isShared = other === responsesDigest;
    expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({
      status: 'degraded',
      database: 'ok',
      damagedModels: isShared ? 2 : 1,
    });
    await expect
      .poll(() => logged)
      .toContainEqual({
        level: 'error',
        message: expect.stringContaining('left out of search'),
        model: 'lost@1',
        reason: expect.stringContaining('is damaged'),
      });
    await expect(service.store.blobs.readAll(responsesDigest ?? '')).rejects.toMatchObject({
      code: 'BLOB_MISSING',
    });
    const damaged = await fetch(`${server.url}/probes/${globalId('Probe', image.id)}`);
    expect([damaged.status, await damaged.json()]).toMatchObject([500, { error: { code: 'BLOB_MISSING' } }]);
  } finally {
    await server.close();
    await small.close();
  }
});

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length - 3] ^= 1;
  await writeFile(path, bytes);
}
