import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { createApiKey } from '../../../src/access/index.js';
import { openService } from '../../../src/app/index.js';
import { loadConfig } from '../../../src/config/index.js';
import { createProbeSet } from '../../../src/probing/index.js';
import { servicesOf, startServer } from '../../../src/server/index.js';
import type { ServerJob, ServersReady } from '../server-job.js';
import { startBareServer } from './bare-server.js';

// Forked by ../../server.ts: one service with the demo's models and two servers on it, so that both answer from the same
// gallery, encoder and database.

const MODELS = ['mobilenet_v1_0.25_128', 'cifar10_resnet20', 'mlperf_tiny_resnet'];

process.once('message', (job: ServerJob) => {
  serve(job).then((ready) => process.send?.(ready));
});

async function serve({ demo }: ServerJob): Promise<ServersReady> {
  const folder = await mkdtemp(join(tmpdir(), 'probelog-bench-'));
  const config = loadConfig({
    PROBELOG_DATA: folder,
    PROBELOG_TEXT_ENCODER: join(demo, 'encoder'),
    // Counted, and never reached: what is measured are answers, not refusals.
    PROBELOG_RATE_PER_KEY: '10000000',
  });
  const service = await openService(config, { log: () => undefined, work: true, trustedCaller: true });
  const { store, webhooks } = service;
  await createProbeSet(store, {
    name: 'demo',
    source: join(demo, 'probes'),
    limits: { maxPixels: config.maxProbePixels },
  });
  for (const name of MODELS) {
    const source = join(demo, 'models', `${name}.onnx`);
    const { id } = await service.ingest.enqueue({ name, version: '1', source });
    for await (const { state } of service.ingest.watch(id))
      if (state === 'FAILED') throw new Error(`${name} cannot be ingested`);
  }
  const services = servicesOf(service);
  const bare = await startBareServer(services);
  const { secret } = await createApiKey(store.apiKeys, { name: 'bench', scopes: ['READ'] });
  const logger = pino({ level: 'silent' });
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    services,
    webhooks,
    limits: config,
    logger,
  });
  process.once('disconnect', async () => {
    await server.close();
    await service.close();
    await rm(folder, { recursive: true, force: true });
    process.exit(0);
  });
  return { limited: server.url, bare, secret };
}
