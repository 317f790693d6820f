import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { messageOf, ProbelogError } from '../errors/index.js';

/** Variables, as a process or a parsed `.env` file has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables of a client of a server. The server ignores them: one environment may serve both. */
export const CLIENT_VARIABLES = ['PROBELOG_KEY', 'PROBELOG_KEY_FILE', 'PROBELOG_URL'];

/**
 * The variables of the `.env` file, if there is one, overridden by those of the process.
 *
 * No other function reads `process.env` for settings.
 */
export function readEnvironment(envFile = '.env'): Environment {
  return { ...readEnvFile(envFile), ...process.env };
}

/** The variables of the `.env` file alone; none if there is no such file. @throws ProbelogError CONFIG_INVALID */
export function readEnvFile(path = '.env'): Environment {
  try {
    return parseEnv(readFileSync(path, 'utf8')) as Environment;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new ProbelogError('CONFIG_INVALID', `The file ${path} cannot be read: ${messageOf(thrown)}.`);
  }
}

/**
 * The API key that the command line sends to a server; undefined if none is set.
 *
 * It comes from the environment or a file, never from an argument: arguments appear in the process list, which every user of
 * a machine can read, and in the history of the shell.
 *
 * @throws ProbelogError CONFIG_INVALID
 */
export function readClientKey(environment: Environment): string | undefined {
  const key = environment.PROBELOG_KEY?.trim() || readKeyFile(environment.PROBELOG_KEY_FILE?.trim());
  if (key === undefined || /^[\x21-\x7e]+$/.test(key)) return key;
  throw new ProbelogError(
    'CONFIG_INVALID',
    'The key in PROBELOG_KEY or PROBELOG_KEY_FILE (not shown) must be one word of printable ASCII.',
  );
}

function readKeyFile(path: string | undefined): string | undefined {
  if (!path) return undefined;
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (thrown) {
    throw new ProbelogError('CONFIG_INVALID', `Cannot read PROBELOG_KEY_FILE: ${messageOf(thrown)}.`);
  }
}
