import { type Principal, visibilityScopeOf } from '../../access/index.js';
import type { NameableFiles } from '../../ingest/index.js';
import type { ConceptEncoder } from '../../text/index.js';
import { type Cursors, cursorsOf } from '../pagination/cursor.js';
import { searchVisibleTo } from '../search/visible-search.js';
import { createLoaders, type Loaders } from './loaders.js';
import type { Services } from './services.js';

/** The sender of a request. */
export interface Caller {
  principal: Principal;
  /** Aborts when the client disconnects. */
  signal?: AbortSignal;
  address?: string | null;
  userAgent?: string | null;
  requestId?: string | null;
  /** The local files that an ingest may name; decided by the principal when absent. */
  files?: NameableFiles;
}

/**
 * What all resolvers of one request share.
 *
 * Store, search, ingests, uploads and runners belong to the caller: they hold only what the caller may see, and the audit log
 * records changes under the caller's name. Resolvers have no others.
 */
export interface Context extends Services {
  loaders: Loaders;
  cursors: Cursors;
  principal: Principal;
  /** Aborts when the client disconnects or the operation has taken too long. */
  signal: AbortSignal | undefined;
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
  const modelUploads = services.modelUploads.on(principal.name);
  const seen = {
    ...services,
    store,
    search,
    concepts: requestedConcepts(services.concepts, signal),
    modelUploads,
    ingest: services.ingest.on(store, files ?? nameableFiles(principal), modelUploads),
    uploads: services.uploads.on(store),
    runners: services.runners.on(store),
  };
  return {
    ...seen,
    principal,
    signal,
    cursors: cursorsOf(services.cursorSeal, principal),
    loaders: createLoaders(seen),
  };
}

/** The concepts for one request: texts and images that are not encoded when it ends never are. */
export function requestedConcepts(concepts: ConceptEncoder, signal: AbortSignal | undefined): ConceptEncoder {
  return {
    ...concepts,
    vectors: (text, probeSet) => concepts.vectors(text, probeSet, signal),
    imageVectors: (image, probeSet) => concepts.imageVectors(image, probeSet, signal),
  };
}

/**
 * Threat model: a loopback address does not tell who the caller is, because a proxy on this machine may let in others,
 * with keys. A caller that may name any path can find out which files exist, and have some of them read. So only this
 * machine's own user may, who could read them anyway.
 */
function nameableFiles({ kind }: Principal): NameableFiles {
  return kind === 'LOCAL' ? 'ANY_UNLESS_LISTED' : 'LISTED';
}
