import { join } from 'node:path';
import { ProbelogError } from '../errors/index.js';
import { lockFolder } from '../store/index.js';

/** A folder that no other process searches, until it is given back. */
export interface AcquiredFolder {
  folder: string;
  giveBack(): Promise<void>;
}

/**
 * Takes the first free of `1`, `2`, … in a folder for this process.
 *
 * A search writes its files, so processes that share a data folder (on one PostgreSQL server) must not share them. Slots
 * rather than a folder for each process: a process that starts again finds the snapshot of the one before.
 *
 * @param among only processes of this machine or container: whether one of another lives cannot be told
 */
export async function acquireSearchFolder(among: string): Promise<AcquiredFolder> {
  for (let slot = 1; ; slot++) {
    const folder = join(among, String(slot));
    try {
      return { folder, giveBack: await lockFolder(folder) };
    } catch (thrown) {
      if (!(thrown instanceof ProbelogError) || thrown.code !== 'DATA_FOLDER_IN_USE') throw thrown;
    }
  }
}
