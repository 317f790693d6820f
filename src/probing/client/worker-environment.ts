import { availableParallelism } from 'node:os';

/** The environment of a model's process: search paths and nothing else. */
export function workerEnvironment(): NodeJS.ProcessEnv {
  const { PATH, LD_LIBRARY_PATH } = process.env;
  return {
    PATH,
    ...(LD_LIBRARY_PATH === undefined ? {} : { LD_LIBRARY_PATH }),
    // Images are decoded on libuv's threads, one per core.
    UV_THREADPOOL_SIZE: String(Math.max(2, availableParallelism())),
  };
}
