import { messageOf } from '../errors/index.js';
import type { GalleryWriter } from '../ingest/index.js';
import type { Log } from '../lib/log.js';
import type { GalleryModels, Search } from '../search/index.js';
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
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(change: () => Promise<T>): Promise<T> => {
    const result = last.then(change);
    last = result.catch(() => undefined);
    return result;
  };
  const sync = async () => {
    for (const { id, size } of await store.probeSets.list()) {
      const { probeSet, models } = await galleryModels(store, { id, size });
      await search.sync(probeSet, models);
    }
  };
  await inTurn(sync);
  const timer = setInterval(() => {
    inTurn(sync).catch((thrown) =>
      log('error', 'the gallery cannot be brought up to date', { reason: messageOf(thrown) }),
    );
  }, SHARED_DATABASE_MS);
  if (!store.shared) clearInterval(timer);
  return {
    add: (probeSet, model) => inTurn(() => search.add(probeSet, model)),
    remove: (probeSetId, modelId) => inTurn(() => search.remove(probeSetId, modelId)),
    async close() {
      clearInterval(timer);
      await last;
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
