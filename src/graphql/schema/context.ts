import { type Principal, visibilityScopeOf } from '../../access/index.js';
import type { NameableFiles } from '../../ingest/index.js';
import { requestedConcepts } from '../concept/requested-concepts.js';
import { searchVisibleTo } from '../search/visible-search.js';
import { createLoaders, type Loaders } from './loaders.js';
import type { Services } from './services.js';

/** Who asks, and from where. */
export interface Caller {
  principal: Principal;
  /** Ends when nobody waits for the answer any more. */
  signal?: AbortSignal;
  address?: string | null;
  userAgent?: string | null;
  requestId?: string | null;
  /** The local files that an ingest may name; decided by the principal when absent. */
  files?: NameableFiles;
}

/**
 * What every resolver of one request shares.
 *
 * Store, search, ingests and uploads are those of the caller: what they may not see is not there, and what they change
 * is put down under their name. A resolver has no others.
 */
export interface Context extends Services {
  loaders: Loaders;
  principal: Principal;
}

/** A context for one request. */
export function createContext(services: Services, caller: Caller): Context {
  const { principal, signal, address = null, userAgent = null, requestId = null, files } = caller;
  const store = services.store.as({
    visibilityScope: visibilityScopeOf(principal),
    registry: principal.registry,
    actor: { name: principal.name, address, userAgent, requestId },
  });
  let hidden: Promise<readonly string[]> | undefined;
  const search = searchVisibleTo(services.search, {
    signal,
    hidden() {
      hidden ??= store.models.hidden();
      return hidden;
    },
  });
  const seen = {
    ...services,
    store,
    search,
    concepts: requestedConcepts(services.concepts, signal),
    ingest: services.ingest.on(store, files ?? nameableFiles(principal)),
    uploads: services.uploads.on(store),
  };
  return { ...seen, principal, loaders: createLoaders(seen) };
}

/**
 * Threat model: that the server listens on a loopback address says nothing of who asks, since a proxy beside it brings in
 * others, with keys. Who may name any path learns which files there are, and has some of them read. So that is for this
 * machine's own user, who could look for themselves.
 */
function nameableFiles({ kind }: Principal): NameableFiles {
  return kind === 'LOCAL' ? 'ANY_UNLESS_LISTED' : 'LISTED';
}
