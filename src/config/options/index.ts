import { ACCESS_OPTIONS } from './access.js';
import { INGEST_OPTIONS } from './ingest.js';
import { LIMIT_OPTIONS } from './limits.js';
import { PROBING_OPTIONS } from './probing.js';
import { REGISTRY_OPTIONS } from './registries.js';
import { SEARCH_OPTIONS } from './search.js';
import { SERVER_OPTIONS } from './server.js';
import { SOURCE_OPTIONS } from './sources.js';
import { SUBGRAPH_OPTIONS } from './subgraph.js';
import { TRANSFER_OPTIONS } from './transfers.js';

/** Every setting: its variable, meaning, format and default. docs/configuration.md and docs/limits.md list them in this order. */
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
