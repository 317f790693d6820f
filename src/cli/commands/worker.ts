import { resolve } from 'node:path';
import { Command } from 'commander';
import { ProbelogError } from '../../errors/index.js';
import { watchInterruption } from '../interrupt.js';

/** `probelog worker` */
export function workerCommand(): Command {
  return new Command('worker')
    .description('run queued ingests, beside any number of servers and other workers on one PostgreSQL')
    .addHelpText(
      'after',
      '\nNeeds DATABASE_URL and the data folder of the server. SIGTERM ends it; its ingests return to the queue.',
    )
    .action(work);
}

async function work(): Promise<void> {
  const { loadConfig, readEnvironment } = await import('../../config/index.js');
  const config = loadConfig(readEnvironment());
  if (config.databaseUrl === undefined) {
    throw new ProbelogError(
      'CONFIG_INVALID',
      'A worker needs a PostgreSQL server; set DATABASE_URL. An embedded database belongs to one process, which runs its ingests itself.',
    );
  }
  const { openService } = await import('../../app/index.js');
  const { logToStderr } = await import('../log-to-stderr.js');
  const logger = logToStderr(config);
  const interruption = watchInterruption();
  const service = await openService(config, {
    work: true,
    trustedCaller: false,
    log: (level, message, details) => logger[level](details ?? {}, message),
  });
  try {
    process.stdout.write(
      `ProbeLog runs ingests, ${config.ingestConcurrency} at a time (data in ${resolve(config.dataFolder)})\n`,
    );
    await interruption.promise;
  } finally {
    await service.close();
  }
}
