import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Config } from '../../config/index.js';
import { messageOf } from '../../errors/index.js';
import type { SubgraphOptions } from '../../graphql/index.js';
import { watchInterruption } from '../interrupt.js';
import { openProgress } from '../output/progress.js';

interface ServeFlags {
  adopt?: boolean;
  demo: boolean;
  subgraph?: boolean;
  work: boolean;
}

/** `probelog serve` */
export function serveCommand(): Command {
  return new Command('serve')
    .description('run the server: GraphQL at /graphql, with an explorer in browsers')
    .option('--no-work', 'leave queued ingests to `probelog worker` processes')
    .option(
      '--subgraph',
      'serve GraphQL as a subgraph of Apollo Federation 2, as with PROBELOG_SUBGRAPH=true',
    )
    .option(
      '--adopt',
      'give the data folder to this database, whichever database it belonged to before; it keeps all files. For one start',
    )
    .option('--demo', "fill an empty data folder with the demo's models, and use its text encoder", false)
    .action(async (flags: ServeFlags, command: Command) => {
      if (flags.demo && !flags.work)
        command.error('error: --demo has ingests to run, so it cannot be combined with --no-work');
      await serve(await configOf(flags), flags);
    });
}

async function configOf({ demo, subgraph }: ServeFlags): Promise<Config> {
  const { loadConfig, readEnvironment } = await import('../../config/index.js');
  const { checkDemo, DEMO_ENCODER } = await import('../demo.js');
  if (demo) checkDemo();
  const environment = readEnvironment();
  return loadConfig({
    ...environment,
    ...(subgraph && { PROBELOG_SUBGRAPH: 'true' }),
    ...(demo && { PROBELOG_TEXT_ENCODER: environment.PROBELOG_TEXT_ENCODER || DEMO_ENCODER }),
  });
}

async function serve(config: Config, { adopt, demo, work }: ServeFlags): Promise<void> {
  const { openService } = await import('../../app/index.js');
  const { servicesOf, startServer } = await import('../../server/index.js');
  const { announceAddress } = await import('../../store/index.js');
  const { introduceDemo, seedDemo } = await import('../demo.js');
  const { logToStderr } = await import('../log-to-stderr.js');
  const logger = logToStderr(config);
  const { signal, promise: interrupted } = watchInterruption();
  const service = await openService(config, {
    work,
    trustedCaller: false,
    adopt,
    needsTexts: true,
    log: (level, message, details) => logger[level](details ?? {}, message),
  });
  try {
    if (!work && !service.store.shared)
      logger.warn('with an embedded database and --no-work, no process runs queued ingests');
    if (demo) {
      const display = await openProgress();
      await Promise.race([seedDemo(service, display, signal), interrupted]);
      display.close();
      if (signal.aborted) return;
    }
    service.blobCleanup.start();
    const server = await startServer({
      host: config.host,
      port: config.port,
      logger,
      services: servicesOf(service),
      limits: config,
      webhooks: service.webhooks,
      subgraph: config.subgraph ? subgraphOf(config) : undefined,
      requestMs: config.transferMinutes * 60_000,
    });
    if (!service.store.shared) await announceAddress(resolve(config.dataFolder), server.url);
    service.sweeper.start(config.sweepMinutes * 60_000);
    process.stdout.write(
      `ProbeLog answers at ${server.url}/graphql (${service.store.isNew && !demo ? 'new, empty data folder' : 'data in'} ${resolve(config.dataFolder)})\n`,
    );
    if (demo)
      process.stdout.write(await introduceDemo(server.url).catch((thrown) => `${messageOf(thrown)}\n`));
    await interrupted;
    await server.close();
  } finally {
    await service.close();
  }
}

function subgraphOf({ subgraphPrefix, subgraphModel, subgraphKey }: Config): SubgraphOptions {
  return { prefix: subgraphPrefix ?? '', modelType: subgraphModel, modelKey: subgraphKey };
}
