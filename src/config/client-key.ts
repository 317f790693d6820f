import { readFileSync } from 'node:fs';
import { messageOf, ProbelogError } from '../errors/index.js';
import type { Environment } from './read-settings.js';

/** They are for whoever asks a server, and settings of none; one environment may hold both. */
export const CLIENT_VARIABLES = ['PROBELOG_KEY', 'PROBELOG_KEY_FILE'];

/**
 * The key by which the command line asks a server; undefined when there is none.
 *
 * It comes from the environment or a file: an argument stands in the list of processes, which every user of a machine may
 * read, and in the history of the shell.
 *
 * @throws ProbelogError CONFIG_INVALID
 */
export function readClientKey(environment: Environment): string | undefined {
  const key = environment.PROBELOG_KEY?.trim() || keyInFile(environment.PROBELOG_KEY_FILE?.trim());
  if (key === undefined || /^[\x21-\x7e]+$/.test(key)) return key;
  throw new ProbelogError(
    'CONFIG_INVALID',
    'The key in PROBELOG_KEY or PROBELOG_KEY_FILE (not shown) must be one word of printable ASCII.',
  );
}

function keyInFile(path: string | undefined): string | undefined {
  if (!path) return undefined;
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (thrown) {
    throw new ProbelogError('CONFIG_INVALID', `PROBELOG_KEY_FILE cannot be read: ${messageOf(thrown)}.`);
  }
}
