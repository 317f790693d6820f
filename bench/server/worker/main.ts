import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { createApiKey } from '../../../src/access/index.js';
import { openService, type Service } from '../../../src/app/index.js';
import { loadConfig } from '../../../src/config/index.js';
import type { Services } from '../../../src/graphql/index.js';
import { createProbeSet } from '../../../src/probing/index.js';
import { type RunningServer, servicesOf, startServer } from '../../../src/server/index.js';
import type { ServerJob, ServersReady } from '../server-job.js';
import { fixedPage, withFixedSearch, withFixedStore } from './fixed-services.js';
import { startBareServer, startConstantServer, startFixedServer } from './plain-servers.js';

// Forked by ../../server.ts: one service with the demo's models and several servers on it, so that all answer from the same
// gallery, encoder and database.

const MODELS = ['mobilenet_v1_0.25_128', 'cifar10_resnet20', 'mlperf_tiny_resnet'];

process.once('message', (job: ServerJob) => {
  serve(job).then((ready) => process.send?.(ready));
});

async function serve({ demo, encoder }: ServerJob): Promise<ServersReady> {
  const folder = await mkdtemp(join(tmpdir(), 'probelog-bench-'));
  const config = loadConfig({
    PROBELOG_DATA: folder,
    PROBELOG_TEXT_ENCODER: encoder ?? join(demo, 'encoder'),
    // Counted, and never reached: what is measured are answers, not refusals.
    PROBELOG_RATE_PER_KEY: '10000000',
  });
  const service = await openService(config, { log: () => undefined, work: true, trustedCaller: true });
  await fill(service, demo);
  const services = servicesOf(service);
  const page = await fixedPage(services, 'dog');
  const answer = {
    totalCount: page.results.candidates,
    edges: page.results.results.map((result, place) => {
      const output = page.outputs[place];
      return { ...result, node: { ...output?.logit, model: output?.model } };
    }),
  };
  const servers: RunningServer[] = [];
  const limited = async (served: Services) => {
    const server = await startServer({
      host: '127.0.0.1',
      port: 0,
      services: served,
      webhooks: service.webhooks,
      limits: config,
      logger: pino({ level: 'silent' }),
    });
    servers.push(server);
    return server.url;
  };
  const { secret } = await createApiKey(service.store.apiKeys, { name: 'bench', scopes: ['READ'] });
  const fixedSearch = withFixedSearch(services, page);
  const fixed = withFixedStore(fixedSearch, page);
  const urls = {
    fastify: await startFixedServer(JSON.stringify({ data: { logits: answer } })),
    apollo: await startConstantServer(answer),
    resolvers: await startBareServer(fixed),
    access: await limited(fixed),
    store: await limited(fixedSearch),
    search: await limited(services),
  };
  process.once('disconnect', async () => {
    for (const server of servers) await server.close();
    await service.close();
    await rm(folder, { recursive: true, force: true });
    process.exit(0);
  });
  return { urls, secret };
}

async function fill({ store, ingest, config }: Service, demo: string): Promise<void> {
  await createProbeSet(store, {
    name: 'demo',
    source: join(demo, 'probes'),
    limits: { maxPixels: config.maxProbePixels },
  });
  for (const name of MODELS) {
    const source = join(demo, 'models', `${name}.onnx`);
    const { id } = await ingest.enqueue({ name, version: '1', source });
    for await (const { state } of ingest.watch(id))
      if (state === 'FAILED') throw new Error(`${name} cannot be ingested`);
  }
}
