import { type ClientOptions, createClient } from '../../client/index.js';
import { load } from '../lazy-load.js';
import type { Registry } from '../registry.js';
import { createKey, listKeys, revokeKey } from './api-keys.js';
import { ingestModels } from './ingest-models.js';
import { listModels } from './list-models.js';
import { nameOutputs } from './name-outputs.js';
import { openKit } from './open-kit.js';
import { rankModels } from './rank-models.js';
import { reprobeModel } from './reprobe-model.js';
import { searchLogits } from './search-logits.js';
import { sweepRegistries } from './sweep-registries.js';
import { uploadResponses } from './upload-responses.js';

/** The ProbeLog that a server is. Errors are those of the client, with the codes of the server. */
export function remoteRegistry(options: Pick<ClientOptions, 'url' | 'key' | 'fetch'>): Registry {
  const client = createClient(options);
  return {
    models: (text) => listModels(client, text),
    rankedModels: (question) => rankModels(client, question),
    logits: (question) => searchLogits(client, question),
    names: (named, output, first) => nameOutputs(client, named, output, first),
    ingest: (requests, display, signal) => ingestModels(client, requests, display, signal),
    reprobe: (named, how, display, signal) => reprobeModel(client, named, how, display, signal),
    // Ids are made and read as by the schema, which takes longer to load than all else.
    async ingests(question) {
      const listIngests = await load(async () => (await import('./list-ingests.js')).listIngests);
      return listIngests(client, question);
    },
    async ingestsById(ids) {
      const ingestsById = await load(async () => (await import('./list-ingests.js')).ingestsById);
      return ingestsById(client, ids);
    },
    async retryIngest(id) {
      const retryIngest = await load(async () => (await import('./list-ingests.js')).retryIngest);
      return retryIngest(client, id);
    },
    upload: (upload) => uploadResponses(client, upload),
    kit: (probeSet) => openKit(client, probeSet),
    sync: (registries, dryRun) => sweepRegistries(client, registries, dryRun),
    createKey: (request) => createKey(client, request),
    keys: () => listKeys(client),
    revokeKey: (prefix) => revokeKey(client, prefix),
  };
}
