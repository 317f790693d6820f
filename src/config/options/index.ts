import { ACCESS_OPTIONS } from './access.js';
import { INGEST_OPTIONS } from './ingest.js';
import { LIMIT_OPTIONS } from './limits.js';
import { PROBING_OPTIONS } from './probing.js';
import { REGISTRY_OPTIONS } from './registry.js';
import { SEARCH_OPTIONS } from './search.js';
import { SERVER_OPTIONS } from './server.js';
import { SOURCE_OPTIONS } from './source.js';
import { SUBGRAPH_OPTIONS } from './subgraph.js';
import { TRANSFER_OPTIONS } from './transfer.js';

/** Every setting there is: its variable, meaning, format and default. */
export const OPTIONS = {
  ...SERVER_OPTIONS,
  ...SUBGRAPH_OPTIONS,
  ...SEARCH_OPTIONS,
  ...SOURCE_OPTIONS,
  ...TRANSFER_OPTIONS,
  ...INGEST_OPTIONS,
  ...PROBING_OPTIONS,
  ...REGISTRY_OPTIONS,
  ...ACCESS_OPTIONS,
  ...LIMIT_OPTIONS,
};
