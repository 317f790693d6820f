import { messageOf } from '../errors/index.js';
import type { GalleryWriter } from '../ingest/index.js';
import type { Log } from '../lib/log.js';
import { SerialQueue } from '../lib/serial-queue.js';
import type { GalleryModels, Search } from '../search/index.js';
import type { Store } from '../store/index.js';

/** On a shared database, models of other processes become searchable here within about this time. */
const SHARED_DATABASE_MS = 2_000;

/** Keeps the galleries in line with the database. */
export interface GallerySync extends GalleryWriter {
  close(): Promise<void>;
}

/**
 * Brings every probe set's gallery in line with the database: now, and repeatedly when other processes may change the
 * database. The database is the truth and the galleries are derived from it, so this also repairs a search folder after a
 * crash.
 *
 * Changes run one after another. Otherwise a model published between the reading of the list and its use would be removed
 * as "not in the list".
 */
export async function startGallerySyncJob(options: {
  store: Store;
  search: Search;
  log: Log;
}): Promise<GallerySync> {
  const { store, search, log } = options;
  const changes = new SerialQueue();
  const sync = async () => {
    for (const listed of await store.probeSets.list()) {
      const { probeSet, models } = await galleryModels(store, listed);
      await search.sync(probeSet, models);
    }
  };
  await changes.run(sync);
  const timer = store.shared
    ? setInterval(() => {
        changes
          .run(sync)
          .catch((thrown) =>
            log('error', 'the galleries cannot be synced with the database', { reason: messageOf(thrown) }),
          );
      }, SHARED_DATABASE_MS)
    : undefined;
  return {
    add: (probeSet, model) => changes.run(() => search.add(probeSet, model)),
    remove: (probeSetId, modelId) => changes.run(() => search.remove(probeSetId, modelId)),
    async close() {
      clearInterval(timer);
      await changes.settled();
    },
  };
}

/** The models of every gallery, as the database has them. */
export async function allGalleryModels(store: Store): Promise<GalleryModels[]> {
  const probeSets = await store.probeSets.list();
  return Promise.all(probeSets.map((probeSet) => galleryModels(store, probeSet)));
}

async function galleryModels(
  store: Store,
  { id, size }: { id: string; size: number },
): Promise<GalleryModels> {
  const models = await store.models.searchable(id);
  return {
    probeSet: { id, probes: size },
    models: models.map((model) => ({ ...model, responsesPath: store.blobs.path(model.responsesDigest) })),
  };
}
