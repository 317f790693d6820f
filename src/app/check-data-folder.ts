import { ProbelogError } from '../errors/index.js';
import type { Store } from '../store/index.js';

/**
 * Processes that share a database must share the data folder's files: with another folder no search would open, and every
 * ingest fail for want of the probe images. One image stands for all.
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
    `The files of this database are not in ${dataFolder}. Processes on one database share a data folder: PROBELOG_DATA must name the same one.`,
  );
}
