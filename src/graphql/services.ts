import type { Access } from '../access/index.js';
import type { IngestService, ResponseUploads } from '../ingest/index.js';
import type { Search } from '../search/index.js';
import type { Store } from '../store/index.js';
import type { Concepts } from '../text/index.js';

/** What the resolvers work on. */
export interface Services {
  store: Store;
  access: Access;
  search: Search;
  concepts: Concepts;
  ingest: IngestService;
  uploads: ResponseUploads;
  /** Name of the default probe set; the oldest when undefined. */
  defaultProbeSet: string | undefined;
}
