import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { openService } from '../../../src/app/index.js';
import { loadConfig } from '../../../src/config/index.js';
import { createProbeSet } from '../../../src/probing/index.js';
import { servicesOf, startServer } from '../../../src/server/index.js';
import type { ServerJob, ServerReady } from '../server-job.js';

// Forked by ../../webhooks.ts: a real server on an embedded database of its own that queues and never probes. A process
// of its own, so that the one that measures does not take its time.

process.once('message', (job: ServerJob) => {
  serve(job).then((url) => process.send?.({ url } satisfies ServerReady));
});

async function serve({ demo, secret }: ServerJob): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'probelog-bench-'));
  const config = loadConfig({
    PROBELOG_DATA: folder,
    PROBELOG_TEXT_ENCODER: join(demo, 'encoder'),
    PROBELOG_STANDARD_SECRETS: secret,
  });
  const service = await openService(config, { log: () => undefined, work: false, trustedCaller: false });
  await createProbeSet(service.store, {
    name: 'demo',
    source: join(demo, 'probes'),
    limits: { maxPixels: config.maxProbePixels },
  });
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    services: servicesOf(service),
    limits: config,
    webhooks: service.webhooks,
    logger: pino({ level: 'silent' }),
  });
  process.once('disconnect', async () => {
    await server.close();
    await service.close();
    await rm(folder, { recursive: true, force: true });
    process.exit(0);
  });
  return server.url;
}
