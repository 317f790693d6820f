import { availableParallelism } from 'node:os';
import { childEnvironment } from '../../lib/child-environment.js';

/** The environment of a model's process: search paths and nothing else of ours. */
export function workerEnvironment(): NodeJS.ProcessEnv {
  return {
    ...childEnvironment(['PATH', 'LD_LIBRARY_PATH']),
    // Images are decoded on libuv's threads, one per core.
    UV_THREADPOOL_SIZE: String(Math.max(2, availableParallelism())),
  };
}
