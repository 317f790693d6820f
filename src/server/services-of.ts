import type { Service } from '../app/index.js';
import type { Services } from '../graphql/index.js';

/** What resolvers and routes work on, out of an opened service. @param basePath see {@link Services.basePath} */
export function servicesOf(
  { store, access, imageLinks, search, concepts, ingest, uploads, sweeper, config }: Service,
  basePath = '',
): Services {
  return {
    store,
    access,
    imageLinks,
    search,
    concepts,
    ingest,
    uploads,
    sweeper,
    defaultProbeSet: config.probeSet,
    basePath,
  };
}
