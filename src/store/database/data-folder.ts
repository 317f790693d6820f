import { randomUUID } from 'node:crypto';
import { lstat, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { knownError, messageOf, ProbelogError } from '../../errors/index.js';
import { makeFolder } from '../../lib/atomic-file.js';

/** What ProbeLog keeps in a data folder. `database` is not here: whether it may be made is decided by identity. */
const FOLDERS = [
  'blobs',
  'blobs/trash',
  'concepts',
  'downloads',
  'encoders',
  'ingests',
  'locks',
  'pixels',
  'search',
  'uploads',
];
const FILES = ['blobs/store.json', 'link-secret', 'lock', 'store.json'];

/**
 * Makes the data folder and checks that it can be written, and that what is in it are the folders and files that ProbeLog keeps there,
 * before anything else uses it: the one place that says what is wrong with it.
 *
 * @throws ProbelogError STORAGE_UNUSABLE, STORAGE_FULL
 */
export async function prepareDataFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
    const path = join(folder, `.write-check-${randomUUID()}`);
    await writeFile(path, '', { flag: 'wx' });
    await rm(path);
  } catch (thrown) {
    const known = knownError(thrown);
    if (known?.code === 'STORAGE_FULL') throw known;
    throw unusable(folder, await reasonOf(folder, thrown as NodeJS.ErrnoException), thrown);
  }
  await checkEntries(folder);
}

/** Checks that a data folder is a folder, if there is something of its name. @throws ProbelogError STORAGE_UNUSABLE */
export async function checkIsFolder(folder: string): Promise<void> {
  const target = await stat(folder).catch(() => null);
  if (target && !target.isDirectory()) throw unusable(folder, 'it is not a folder');
}

/** Threat model: a folder that is a file, or a link to a volume that is not mounted, would fail an ingest hours later, or seem empty. */
async function checkEntries(folder: string): Promise<void> {
  for (const name of [...FOLDERS, ...FILES]) {
    const path = join(folder, name);
    const entry = await lstat(path).catch(() => null);
    if (entry === null) continue;
    const target = await stat(path).catch(() => null);
    if (target === null) throw unusable(folder, `its \`${name}\` is a link to something that does not exist`);
    const isFolder = FOLDERS.includes(name);
    if (target.isDirectory() !== isFolder)
      throw unusable(folder, `its \`${name}\` is ${isFolder ? 'not a folder' : 'a folder, not a file'}`);
  }
}

async function reasonOf(folder: string, thrown: NodeJS.ErrnoException): Promise<string> {
  const entry = await lstat(folder).catch(() => null);
  const target = await stat(folder).catch(() => null);
  if (entry?.isSymbolicLink() && !target) return 'it is a link to something that does not exist';
  if (target && !target.isDirectory()) return 'it is not a folder';
  const act = target ? 'written' : 'created';
  const reasons: Record<string, string> = {
    EACCES: `this user may not ${target ? 'write to it' : 'create it'}`,
    EPERM: `this user may not ${target ? 'write to it' : 'create it'}`,
    EROFS: 'its file system is read-only',
    ENOTDIR: 'a part of its path is not a folder',
    ENOENT: `it cannot be ${act}; its file system takes no files of users`,
    EEXIST: 'a part of its path is not a folder',
    ELOOP: 'its links lead in a circle',
    ENAMETOOLONG: 'its name is too long',
  };
  return reasons[thrown.code ?? ''] ?? `it cannot be ${act} (${thrown.code ?? messageOf(thrown)})`;
}

function unusable(folder: string, reason: string, cause?: unknown): ProbelogError {
  return new ProbelogError(
    'STORAGE_UNUSABLE',
    `The data folder ${folder} cannot be used: ${reason}. Correct that, or choose another with PROBELOG_DATA.`,
    {},
    { cause },
  );
}
