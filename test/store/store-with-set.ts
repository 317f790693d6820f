import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '../../src/store/index.js';
import { takeDatabase } from '../fixtures/prepared-data.js';

/** A real store in a folder of its own, and the probe set in it. */
export interface StoreWithSet {
  store: Store;
  folder: string;
  probeSetId: string;
  /** Closes the store and removes the folder. */
  close(): Promise<void>;
}

/** @param databaseUrl the embedded database when absent */
export async function openStoreWithSet({
  databaseUrl,
  probes = [],
}: {
  databaseUrl?: string;
  probes?: Parameters<Store['probeSets']['create']>[0]['probes'];
} = {}): Promise<StoreWithSet> {
  const folder = await mkdtemp(join(tmpdir(), 'probelog-test-'));
  if (databaseUrl === undefined) await takeDatabase(folder);
  const store = await openStore({ dataFolder: folder, databaseUrl });
  const { id } = await store.probeSets.create({ name: 'set', digest: 'd', probes });
  return {
    store,
    folder,
    probeSetId: id,
    async close() {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
