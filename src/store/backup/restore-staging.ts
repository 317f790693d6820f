import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { moveDurably } from '../../lib/atomic-file.js';
import { BlobStore } from '../blobs/blob-store.js';
import { prepareDataFolder } from '../database/data-folder.js';
import { lockFolder } from '../database/folder-lock.js';
import { blobsFolder, databaseFolder } from '../database/store-location.js';
import { restoreNotEmpty } from './backup-format.js';

const STAGING = 'restoring';
/** Files that an empty data folder may contain: our locks, a new file system's folder, the remains of a killed restore. */
const IGNORED = ['lock', 'locks', 'lost+found', STAGING];
const MAX_NAMED = 5;

/** A staging folder inside an empty data folder. A restore writes to it, then moves the complete result into place. */
export interface RestoreStaging {
  /** The folder for an embedded database. */
  database: string;
  blobs: BlobStore;
  /** Moves the blobs into place. */
  publishBlobs(): Promise<void>;
  /** Moves an embedded database into place. With it, the data folder becomes a store. */
  publishDatabase(): Promise<void>;
  /** Removes the staging folder and unlocks the data folder. */
  close(): Promise<void>;
}

/**
 * Locks an empty data folder and creates its staging folder.
 *
 * The staging folder is inside the data folder, which may be a mounted volume: beside it would be another file system.
 *
 * @throws ProbelogError STORAGE_UNUSABLE, STORAGE_FULL, RESTORE_NOT_EMPTY, DATA_FOLDER_IN_USE
 */
export async function openStaging(dataFolder: string): Promise<RestoreStaging> {
  await prepareDataFolder(dataFolder);
  const release = await lockFolder(dataFolder);
  const staging = join(dataFolder, STAGING);

  try {
    await checkEmpty(dataFolder);
    await rm(staging, { recursive: true, force: true });
    await mkdir(blobsFolder(staging), { recursive: true });
  } catch (thrown) {
    await release();
    throw thrown;
  }
  return {
    database: databaseFolder(staging),
    blobs: new BlobStore(blobsFolder(staging)),
    publishBlobs: () => moveDurably(blobsFolder(staging), blobsFolder(dataFolder)),
    publishDatabase: () => moveDurably(databaseFolder(staging), databaseFolder(dataFolder)),
    async close() {
      await rm(staging, { recursive: true, force: true });
      await release();
    },
  };
}

async function checkEmpty(dataFolder: string): Promise<void> {
  const found = (await readdir(dataFolder)).filter((name) => !IGNORED.includes(name)).sort();
  if (found.length === 0) return;
  const named = found.slice(0, MAX_NAMED).join(', ') + (found.length > MAX_NAMED ? ', …' : '');
  throw restoreNotEmpty(
    `the data folder contains ${named}`,
    'Choose another one with PROBELOG_DATA, or move its contents away.',
  );
}
