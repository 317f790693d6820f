import { join } from 'node:path';
import { ProbelogError } from '../errors/index.js';
import { lockFolder, type Store } from '../store/index.js';

/**
 * Processes on one database must share the data folder's files. With another folder, no search would open, and every ingest
 * would fail because the probe images are missing. One image stands for all.
 *
 * @throws ProbelogError CONFIG_INVALID
 */
export async function checkDataFolder(
  { probeSets, blobs }: Pick<Store, 'probeSets' | 'blobs'>,
  dataFolder: string,
): Promise<void> {
  const probeSet = await probeSets.default();
  const [first] = probeSet ? await probeSets.probes(probeSet.id) : [];
  if (!first || (await blobs.has(first.digest))) return;
  throw new ProbelogError(
    'CONFIG_INVALID',
    `The files of this database are not in ${dataFolder}. Set PROBELOG_DATA to the folder that the other processes on this database use.`,
  );
}

/** A search folder that this process alone uses. */
export interface AcquiredFolder {
  folder: string;
  close(): Promise<void>;
}

/**
 * Acquires the first free one of the folders `1`, `2`, … in a folder.
 *
 * A search worker writes its files, so processes that share a data folder must not share a search folder. Numbered slots
 * rather than a folder per process: a restarted process finds the snapshot of the one before.
 *
 * @param parent used by processes of this machine or container only: whether another machine's process lives is unknown
 */
export async function acquireSearchFolder(parent: string): Promise<AcquiredFolder> {
  for (let slot = 1; ; slot++) {
    const folder = join(parent, String(slot));
    try {
      return { folder, close: await lockFolder(folder) };
    } catch (thrown) {
      if (!(thrown instanceof ProbelogError) || thrown.code !== 'DATA_FOLDER_IN_USE') throw thrown;
    }
  }
}
