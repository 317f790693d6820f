import { messageOf } from '../errors/index.js';
import type { GalleryWriter } from '../ingest/index.js';
import type { Log } from '../lib/log.js';
import { SerialQueue } from '../lib/serial-queue.js';
import type { Search } from '../search/index.js';
import type { Store } from '../store/index.js';

/** With a shared database, models of other processes become searchable here within about this time. */
const SHARED_DATABASE_MS = 2_000;

/** What keeps a search in line with the database. */
export interface GalleryFollower extends GalleryWriter {
  remove(probeSetId: string, modelId: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Brings every probe set's gallery in line with the database: now, and from then on when another process may have
 * changed it. The database is the truth and the search's files are derived, so this also mends a search folder that
 * a crash left behind.
 *
 * Changes go one after another. A model published between the reading of the list and its use would otherwise be
 * dropped as "not in the list".
 */
export async function followGallery(options: {
  store: Store;
  search: Search;
  log: Log;
}): Promise<GalleryFollower> {
  const { store, search, log } = options;
  const changes = new SerialQueue();
  const sync = async () => {
    for (const probeSet of await store.probeSets.list()) {
      const models = await store.models.searchable(probeSet.id);
      await search.sync(
        { id: probeSet.id, probes: probeSet.size },
        models.map((model) => ({ ...model, responsesPath: store.blobs.path(model.responsesDigest) })),
      );
    }
  };
  await changes.run(sync);
  const timer = setInterval(() => {
    changes
      .run(sync)
      .catch((thrown) =>
        log('error', 'the gallery cannot be brought up to date', { reason: messageOf(thrown) }),
      );
  }, SHARED_DATABASE_MS);
  if (!store.shared) clearInterval(timer);
  return {
    add: (probeSet, model) => changes.run(() => search.add(probeSet, model)),
    remove: (probeSetId, modelId) => changes.run(() => search.remove(probeSetId, modelId)),
    async close() {
      clearInterval(timer);
      await changes.settled();
    },
  };
}
