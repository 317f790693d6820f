import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { moveDurably } from '../../lib/atomic-file.js';
import { BlobStore } from '../blobs/blob-store.js';
import { blobsFolder, databaseFolder } from '../database/data-folder.js';
import { lockFolder } from '../database/folder-lock.js';
import { notEmpty } from './backup-errors.js';

const UNFINISHED = 'restoring';
/** Our locks; what a new file system brings; what an earlier restore left that was killed. */
const NOTHING = ['locks', 'lost+found', UNFINISHED];
const MAX_NAMED = 5;

/** An empty data folder in which a backup is restored: all of it comes to be in a folder within, and is moved when whole. */
export interface RestorePlace {
  /** Where an embedded database is made. */
  database: string;
  blobs: BlobStore;
  /** Moves the blobs to their place. */
  showBlobs(): Promise<void>;
  /** Moves an embedded database to its place: from here on, the folder is a store. */
  showDatabase(): Promise<void>;
  /** Removes what is not in its place. */
  giveBack(): Promise<void>;
}

/**
 * Takes an empty data folder.
 *
 * Within it, not beside it: it may be a mounted volume, beside which is another file system.
 *
 * @throws ProbelogError RESTORE_NOT_EMPTY, DATA_FOLDER_IN_USE
 */
export async function takePlace(dataFolder: string): Promise<RestorePlace> {
  await mkdir(dataFolder, { recursive: true });
  const release = await lockFolder(dataFolder);
  const unfinished = join(dataFolder, UNFINISHED);
  try {
    await checkEmpty(dataFolder);
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(blobsFolder(unfinished), { recursive: true });
  } catch (thrown) {
    await release();
    throw thrown;
  }
  return {
    database: databaseFolder(unfinished),
    blobs: new BlobStore(blobsFolder(unfinished)),
    showBlobs: () => moveDurably(blobsFolder(unfinished), blobsFolder(dataFolder)),
    showDatabase: () => moveDurably(databaseFolder(unfinished), databaseFolder(dataFolder)),
    async giveBack() {
      await rm(unfinished, { recursive: true, force: true });
      await release();
    },
  };
}

async function checkEmpty(dataFolder: string): Promise<void> {
  const found = (await readdir(dataFolder)).filter((name) => !NOTHING.includes(name)).sort();
  if (found.length === 0) return;
  const named = found.slice(0, MAX_NAMED).join(', ') + (found.length > MAX_NAMED ? ', …' : '');
  throw notEmpty(
    `the data folder has ${named}`,
    'Name another one by PROBELOG_DATA, or move away what is there.',
  );
}
