import { userInfo } from 'node:os';
import { openService, type Service } from '../app/index.js';
import { loadConfig, readEnvironment } from '../config/index.js';
import { EXIT } from './exit-codes.js';

/**
 * Opens the service for one command of this machine's user, and closes it whatever happens.
 *
 * Ctrl-C and SIGTERM close it too: what was being ingested goes back to the queue with its finished batches, and the
 * next process on this data folder goes on with it.
 *
 * @param work whether the command ingests models
 * @param use it ends soon after its signal fires: what goes on waiting keeps the process
 */
export async function withService(
  work: boolean,
  use: (service: Service, interrupted: AbortSignal) => Promise<void>,
): Promise<void> {
  const service = await openService(loadConfig(readEnvironment()), {
    work,
    trustedCaller: true,
    actor: { name: `cli:${userInfo().username}`, address: null, userAgent: null, requestId: null },
    log: (level, message, details) => {
      if (level === 'info') return;
      process.stderr.write(`${level}: ${message}${details ? ` ${JSON.stringify(details)}` : ''}\n`);
    },
  });
  const interruption = interrupted();
  try {
    await Promise.race([use(service, interruption.signal), interruption.promise]);
  } finally {
    interruption.forget();
    await service.close();
  }
}

function interrupted() {
  const controller = new AbortController();
  let stop: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    stop = () => {
      process.exitCode = EXIT.interrupted;
      controller.abort();
      resolve();
    };
    process.once('SIGINT', stop).once('SIGTERM', stop);
  });
  return {
    promise,
    signal: controller.signal,
    forget: () => process.off('SIGINT', stop).off('SIGTERM', stop),
  };
}
