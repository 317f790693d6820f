import { resolve } from 'node:path';
import { loadConfig, readEnvironment } from '../config/index.js';
import type { StoreLocation } from '../store/index.js';

/** The store that the settings name, for `backup` and `restore`, which open nothing else. */
export function storeLocation(): StoreLocation {
  const { dataFolder, databaseUrl, databaseSchema } = loadConfig(readEnvironment());
  return {
    dataFolder: resolve(dataFolder),
    databaseUrl,
    databaseSchema,
    log: (line) => process.stderr.write(`${line}\n`),
  };
}
