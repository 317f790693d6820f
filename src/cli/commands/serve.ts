import { resolve } from 'node:path';
import { Command } from 'commander';
import pino from 'pino';
import { type Config, type Environment, loadConfig, readEnvironment } from '../../config/index.js';
import { messageOf } from '../../errors/index.js';
import { startServer } from '../../http/index.js';
import { openService, type Service } from '../../service/index.js';
import { DEMO_ENCODER } from '../demo/demo-folder.js';
import { introduceDemo } from '../demo/introduce-demo.js';
import { seedDemo } from '../demo/seed-demo.js';
import { progressDisplay } from '../output/progress.js';

/** `probelog serve` */
export function serveCommand(): Command {
  return new Command('serve')
    .description('run the server: GraphQL at /graphql, with an explorer for browsers')
    .option('--demo', 'fill an empty data folder with the demo models, and use the text encoder of the demo')
    .action(async ({ demo }: { demo?: boolean }) => {
      const environment = readEnvironment();
      const config = loadConfig(demo ? withDemoEncoder(environment) : environment);
      await serve(config, demo ?? false);
    });
}

function withDemoEncoder(environment: Environment): Environment {
  return { ...environment, PROBELOG_TEXT_ENCODER: environment.PROBELOG_TEXT_ENCODER || DEMO_ENCODER };
}

async function serve(config: Config, demo: boolean): Promise<void> {
  const logger = pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: true }));
  const ending = endSignal();
  const ended = new Promise<void>((resolve) => ending.addEventListener('abort', () => resolve()));
  const service = await openService(config, {
    work: true,
    trustedCaller: false,
    log: (level, message, details) => logger[level](details ?? {}, message),
  });
  try {
    if (demo) {
      const display = progressDisplay(process.stderr);
      await Promise.race([seedDemo(service, display), ended]);
      display.close();
      if (ending.aborted) return;
    }
    service.store
      .sweepBlobs()
      .catch((thrown) => logger.warn({ reason: messageOf(thrown) }, 'blobs cannot be swept'));
    const server = await startServer({
      host: config.host,
      port: config.port,
      logger,
      services: servicesOf(service),
      webhooks: service.webhooks,
    });
    service.sweeper.start(config.sweepMinutes * 60_000);
    process.stdout.write(
      `ProbeLog answers at ${server.url}/graphql (data in ${resolve(config.dataFolder)})\n`,
    );
    if (demo)
      process.stdout.write(await introduceDemo(server.url).catch((thrown) => `${messageOf(thrown)}\n`));
    await ended;
    await server.close();
  } finally {
    await service.close();
  }
}

function servicesOf({ store, search, concepts, ingest, uploads, config }: Service) {
  return {
    store,
    search,
    ingest,
    uploads,
    concepts,
    defaultProbeSet: config.probeSet,
  };
}

/** Fires at the first SIGINT or SIGTERM; a second one ends the process at once, as impatient people expect. */
function endSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}
