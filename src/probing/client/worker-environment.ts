import { availableParallelism } from 'node:os';

/** What a model's process sees of our environment. */
export function workerEnvironment(): NodeJS.ProcessEnv {
  const { PATH, LD_LIBRARY_PATH } = process.env;
  return {
    PATH,
    ...(LD_LIBRARY_PATH === undefined ? {} : { LD_LIBRARY_PATH }),
    // Images are decoded on libuv's threads: as many as there are cores.
    UV_THREADPOOL_SIZE: String(Math.max(2, availableParallelism())),
  };
}
