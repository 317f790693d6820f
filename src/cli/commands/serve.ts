import { resolve } from 'node:path';
import { Command } from 'commander';
import { openService } from '../../app/index.js';
import { type Config, type Environment, loadConfig, readEnvironment } from '../../config/index.js';
import { messageOf } from '../../errors/index.js';
import type { SubgraphOptions } from '../../graphql/index.js';
import { servicesOf, startServer } from '../../server/index.js';
import { checkDemo, DEMO_ENCODER } from '../demo/demo-folder.js';
import { introduceDemo } from '../demo/introduce-demo.js';
import { seedDemo } from '../demo/seed-demo.js';
import { endSignal, fired } from '../end-signal.js';
import { logToStderr } from '../log-to-stderr.js';
import { progressDisplay } from '../output/progress.js';

interface ServeFlags {
  demo?: boolean;
  subgraph?: boolean;
  work: boolean;
}

/** `probelog serve` */
export function serveCommand(): Command {
  return new Command('serve')
    .description('run the server: GraphQL at /graphql, with an explorer for browsers')
    .option('--no-work', 'leave queued ingests to `probelog worker` processes')
    .option(
      '--subgraph',
      'serve GraphQL as a subgraph of Apollo Federation 2, as PROBELOG_SUBGRAPH=true does',
    )
    .option('--demo', 'fill an empty data folder with the demo models, and use the text encoder of the demo')
    .action(async ({ demo, subgraph, work }: ServeFlags, command: Command) => {
      if (demo && !work) command.error('error: --demo has ingests to work on, so it takes no --no-work');
      if (demo) checkDemo();
      const environment = {
        ...readEnvironment(),
        ...(subgraph ? { PROBELOG_SUBGRAPH: 'true' } : {}),
      };
      const config = loadConfig(demo ? withDemoEncoder(environment) : environment);
      await serve(config, { demo: demo ?? false, work });
    });
}

function withDemoEncoder(environment: Environment): Environment {
  return { ...environment, PROBELOG_TEXT_ENCODER: environment.PROBELOG_TEXT_ENCODER || DEMO_ENCODER };
}

async function serve(config: Config, { demo, work }: { demo: boolean; work: boolean }): Promise<void> {
  const logger = logToStderr(config);
  const ending = endSignal();
  const ended = fired(ending);
  const service = await openService(config, {
    work,
    trustedCaller: false,
    needsTexts: true,
    log: (level, message, details) => logger[level](details ?? {}, message),
  });
  try {
    if (!work && !service.store.shared)
      logger.warn('with an embedded database and --no-work, nobody works on queued ingests');
    if (demo) {
      const display = progressDisplay(process.stderr);
      await Promise.race([seedDemo(service, display, ending), ended]);
      display.close();
      if (ending.aborted) return;
    }
    service.store
      .cleanUpBlobs()
      .catch((thrown) => logger.warn({ reason: messageOf(thrown) }, 'blobs cannot be swept'));
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

function subgraphOf({ subgraphPrefix, subgraphModel, subgraphKey }: Config): SubgraphOptions {
  return { prefix: subgraphPrefix ?? '', modelType: subgraphModel, modelKey: subgraphKey };
}
