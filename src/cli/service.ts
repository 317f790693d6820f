import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { openService, type Service } from '../app/index.js';
import { loadConfig, readEnvironment } from '../config/index.js';
import { untilInterrupted } from './interrupt.js';

/** The user of this machine, as the audit log calls them. */
export const LOCAL_ACTOR = `cli:${userName()}`;

/** Containers run as users that the system has no name for. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

/**
 * Opens the data folder for one command and closes it afterwards, also when Ctrl-C or SIGTERM interrupts the command. A running
 * ingest then returns to the queue with its finished batches, and the next process on this data folder continues it.
 *
 * @param work whether this process runs ingests
 * @param use must hold nothing open after its signal has aborted
 * @throws ProbelogError as `openService`
 */
export async function withService(
  work: boolean,
  use: (service: Service, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const config = loadConfig(readEnvironment());
  const service = await openService(config, {
    work,
    trustedCaller: true,
    onDemand: true,
    actor: { name: LOCAL_ACTOR, address: null, userAgent: null, requestId: null },
    log: (level, message, details) => {
      if (level === 'info') return;
      process.stderr.write(`${level}: ${message}${details ? ` ${JSON.stringify(details)}` : ''}\n`);
    },
  });
  if (service.store.isNew)
    process.stderr.write(
      `The data folder ${resolve(config.dataFolder)} is new and empty. If you meant another one, set PROBELOG_DATA.\n`,
    );
  try {
    await untilInterrupted((signal) => use(service, signal));
  } finally {
    await service.close();
  }
}
