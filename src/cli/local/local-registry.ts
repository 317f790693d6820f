import type { Service } from '../../app/index.js';
import { findModel } from '../find-model.js';
import type { Registry } from '../registry.js';
import { runIngests, runReprobe } from '../run-ingests.js';
import { createKey, listKeys, revokeKey } from './api-keys.js';
import { ingestsById, listIngests, retryIngest } from './list-ingests.js';
import { listModels } from './list-models.js';
import { nameOutputs } from './name-outputs.js';
import { openKit } from './open-kit.js';
import { rankModels } from './rank-models.js';
import { searchLogits } from './search-logits.js';
import { uploadResponses } from './upload-responses.js';

/** The ProbeLog in a data folder of this machine. */
export function localRegistry(service: Service): Registry {
  return {
    models: (text) => listModels(service, text),
    rankedModels: (question) => rankModels(service, question),
    logits: (question) => searchLogits(service, question),
    names: (named, output, first) => nameOutputs(service, named, output, first),
    ingest: (requests, display, signal) => runIngests(service, requests, display, signal),
    reprobe: async (named, how, display, signal) =>
      runReprobe(service, await findModel(service.store, named), how, display, signal),
    ingests: (question) => listIngests(service, question),
    ingestsById: (ids) => ingestsById(service, ids),
    retryIngest: (id) => retryIngest(service, id),
    upload: (upload) => uploadResponses(service, upload),
    kit: (probeSet) => openKit(service, probeSet),
    sync: (registries, dryRun) => service.sweeper.sweep({ registries, dryRun }),
    createKey: (request) => createKey(service, request),
    keys: () => listKeys(service),
    revokeKey: (prefix) => revokeKey(service, prefix),
  };
}
