import { join } from 'node:path';
import { ProbelogError } from '../errors/index.js';
import { lockFolder } from '../store/index.js';

/** A folder that no other process searches, until it is given back. */
export interface TakenFolder {
  folder: string;
  giveBack(): Promise<void>;
}

/**
 * Takes the first free of `search/1`, `search/2`, … for this process.
 *
 * A search writes its files, so processes that share a data folder (on one PostgreSQL server) must not share them. Slots
 * rather than a folder for each process: a process that starts again finds the snapshot of the one before.
 */
export async function takeSearchFolder(dataFolder: string): Promise<TakenFolder> {
  for (let slot = 1; ; slot++) {
    const folder = join(dataFolder, 'search', String(slot));
    try {
      return { folder, giveBack: await lockFolder(folder) };
    } catch (thrown) {
      if (!(thrown instanceof ProbelogError) || thrown.code !== 'DATA_FOLDER_IN_USE') throw thrown;
    }
  }
}
