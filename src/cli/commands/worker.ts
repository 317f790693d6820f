import { resolve } from 'node:path';
import { Command } from 'commander';
import { openService } from '../../app/index.js';
import { type Config, loadConfig, readEnvironment } from '../../config/index.js';
import { ProbelogError } from '../../errors/index.js';
import { endSignal, fired } from '../end-signal.js';
import { logToStderr } from '../log-to-stderr.js';

/** `probelog worker` */
export function workerCommand(): Command {
  return new Command('worker')
    .description('work on queued ingests, beside any number of servers and other workers on one PostgreSQL')
    .addHelpText(
      'after',
      '\nNeeds DATABASE_URL, and the data folder of the server. Ends on SIGTERM and gives back what it has in hand.',
    )
    .action(() => work(loadConfig(readEnvironment())));
}

async function work(config: Config): Promise<void> {
  if (config.databaseUrl === undefined) throw needsServer();
  const logger = logToStderr(config);
  const ended = fired(endSignal());
  const service = await openService(config, {
    work: true,
    trustedCaller: false,
    log: (level, message, details) => logger[level](details ?? {}, message),
  });
  try {
    process.stdout.write(
      `ProbeLog works on ingests, ${config.ingestConcurrency} at a time (data in ${resolve(config.dataFolder)})\n`,
    );
    await ended;
  } finally {
    await service.close();
  }
}

function needsServer(): ProbelogError {
  return new ProbelogError(
    'CONFIG_INVALID',
    'A worker needs a PostgreSQL server, named by DATABASE_URL. The embedded database belongs to one process, which works on its ingests itself.',
  );
}
