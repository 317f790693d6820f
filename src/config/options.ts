import { ACCESS_OPTIONS } from './access-options.js';
import { INGEST_OPTIONS } from './ingest-options.js';
import { LIMIT_OPTIONS } from './limit-options.js';
import { PROBING_OPTIONS } from './probing-options.js';
import { REGISTRY_OPTIONS } from './registry-options.js';
import { SEARCH_OPTIONS } from './search-options.js';
import { SERVER_OPTIONS } from './server-options.js';
import { SOURCE_OPTIONS } from './source-options.js';
import { SUBGRAPH_OPTIONS } from './subgraph-options.js';
import { TRANSFER_OPTIONS } from './transfer-options.js';

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
