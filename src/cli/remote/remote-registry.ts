import { type ClientOptions, createClient } from '../../client/index.js';
import type { Registry } from '../registry.js';
import { findLogits } from './find-logits.js';
import { listModels } from './list-models.js';
import { nameOutputs } from './name-outputs.js';
import { rankModels } from './rank-models.js';

/** The ProbeLog that a server is. Errors are those of the client, with the codes of the server. */
export function remoteRegistry(options: Pick<ClientOptions, 'url' | 'key'>): Registry {
  const client = createClient(options);
  return {
    models: (text) => listModels(client, text),
    rankedModels: (question) => rankModels(client, question),
    logits: (question) => findLogits(client, question),
    names: (named, output, first) => nameOutputs(client, named, output, first),
  };
}
