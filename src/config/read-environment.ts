import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Environment } from './read-settings.js';

/**
 * The process's variables on top of those of a `.env` file, when there is one.
 *
 * This is the one place that reads `process.env` for settings.
 */
export function readEnvironment(envFile = '.env'): Environment {
  return { ...readEnvFile(envFile), ...process.env };
}

/** What stands in a `.env` file alone; nothing when there is none. */
export function readEnvFile(path = '.env'): Environment {
  try {
    return parseEnv(readFileSync(path, 'utf8')) as Environment;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw thrown;
  }
}
