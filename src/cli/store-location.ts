import { resolve } from 'node:path';
import { loadConfig, readEnvironment } from '../config/index.js';
import type { StoreLocation } from '../store/index.js';

/** Where the settings say that the store is, for commands that need nothing else of a service. */
export function storeLocation(): StoreLocation {
  const { dataFolder, databaseUrl, databaseSchema } = loadConfig(readEnvironment());
  return {
    dataFolder: resolve(dataFolder),
    databaseUrl,
    databaseSchema,
    log: (line) => process.stderr.write(`${line}\n`),
  };
}
