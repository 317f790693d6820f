import { randomUUID } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf } from '../../../errors/index.js';
import { writeFileAtomically } from '../../../lib/atomic-file.js';
import { exists } from '../../../lib/exists.js';
import { type Check, type Finding, failed, ok, warning } from '../check.js';

/** The data folder is a folder, can be written, and belongs to who runs this; or it can be made. */
export const dataFolder: Check = {
  name: 'data folder',
  async run({ dataFolder: folder }) {
    const facts = await stat(folder).catch((thrown: NodeJS.ErrnoException) => thrown);
    if (facts instanceof Error) return absent(folder, facts);
    if (!facts.isDirectory())
      return failed(
        `${folder} is no folder`,
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
        `${folder} belongs to user ${facts.uid} and this is user ${user}: what one of them makes, the other may not be able to change`,
        `run ProbeLog as user ${facts.uid}, or: chown -R ${user} ${folder}`,
      );
    return ok(folder);
  },
};

async function absent(folder: string, { code, message }: NodeJS.ErrnoException): Promise<Finding> {
  if (code !== 'ENOENT') return failed(message, 'set PROBELOG_DATA to another folder');
  let above = dirname(folder);
  while (!(await exists(above))) above = dirname(above);
  const problem = await writeIn(above).catch((thrown: unknown) => messageOf(thrown));
  if (problem === undefined) return ok(`${folder} is not there yet; the first start makes it`);
  return failed(
    `${folder} is not there, and cannot be made: ${problem}`,
    `mkdir -p ${folder} as a user who may, or set PROBELOG_DATA to another folder`,
  );
}

/** Writes as the store writes. */
async function writeIn(folder: string): Promise<undefined> {
  const path = join(folder, `doctor-${randomUUID()}`);
  try {
    await writeFileAtomically(path, 'probelog doctor');
  } finally {
    await rm(path, { force: true });
  }
}
