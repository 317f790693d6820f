import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProbelogError } from '../errors/index.js';
import { createFileAtomically } from '../lib/atomic-file.js';

const FILE = 'link-secret';
const SECRET_BYTES = 32;

/**
 * The secret of a data folder, which signs links and seals cursors; made when there is none. All processes that share the
 * folder have it.
 *
 * @throws ProbelogError CONFIG_INVALID if the file is damaged
 */
export async function readLinkSecret(dataFolder: string): Promise<Buffer> {
  const path = join(dataFolder, FILE);
  const secret = (await readFile(path).catch(() => null)) ?? (await makeSecret(path));
  if (secret.length === SECRET_BYTES) return secret;
  throw new ProbelogError(
    'CONFIG_INVALID',
    `${path} does not have the ${SECRET_BYTES} bytes that sign links. Remove it; a new one is created.`,
  );
}

/** Two processes may do this at once: the file appears whole and only once, and both read it. */
async function makeSecret(path: string): Promise<Buffer> {
  await createFileAtomically(path, randomBytes(SECRET_BYTES), { mode: 0o600 });
  return readFile(path);
}
