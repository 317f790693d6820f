import { lstat, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf } from '../../../errors/index.js';
import { writeFileAtomically } from '../../../lib/atomic-file.js';
import { exists } from '../../../lib/exists.js';
import { type Check, type Finding, failed, ok, warning } from '../check.js';

/** The data folder is a writable folder of this user, or can be created. */
export const dataFolder: Check = {
  name: 'data folder',
  async run({ dataFolder: folder }) {
    const facts = await stat(folder).catch((thrown: NodeJS.ErrnoException) => thrown);
    if (facts instanceof Error) return absent(folder, facts);
    if (!facts.isDirectory())
      return failed(
        `${folder} is not a folder`,
        `mv ${folder} ${folder}.aside, or set PROBELOG_DATA to a folder`,
      );
    const problem = await writeIn(folder).catch((thrown: unknown) => messageOf(thrown));
    const user = process.getuid?.();
    if (problem !== undefined)
      return failed(
        `${folder} cannot be written: ${problem}`,
        user === undefined ? 'set PROBELOG_DATA to another folder' : `chown -R ${user} ${folder}`,
      );
    if (user !== undefined && facts.uid !== user)
      return warning(
        `${folder} belongs to user ${facts.uid}, but this is user ${user}: neither may be able to change the other's files`,
        `run ProbeLog as user ${facts.uid}, or: chown -R ${user} ${folder}`,
      );
    return ok(folder);
  },
};

async function absent(folder: string, { code, message }: NodeJS.ErrnoException): Promise<Finding> {
  if (code !== 'ENOENT') return failed(message, 'set PROBELOG_DATA to another folder');
  if (await lstat(folder).catch(() => null))
    return failed(
      `${folder} is a link to something that does not exist`,
      'mount or create what it leads to, or set PROBELOG_DATA to another folder',
    );
  let above = dirname(folder);
  while (!(await exists(above))) above = dirname(above);
  const problem = await writeIn(above).catch((thrown: unknown) => messageOf(thrown));
  if (problem === undefined) return ok(`${folder} does not exist yet; the first start creates it`);
  return failed(
    `${folder} does not exist, and cannot be created: ${problem}`,
    `mkdir -p ${folder} as a user with the right to, or set PROBELOG_DATA to another folder`,
  );
}

/** Writes in the same way as the store. */
async function writeIn(folder: string): Promise<undefined> {
  // Always this name, so that the next check removes what a killed one left.
  const path = join(folder, 'doctor-check');
  try {
    await writeFileAtomically(path, 'probelog doctor');
  } finally {
    await rm(path, { force: true });
  }
}
