import type { Service } from '../../service/index.js';
import type { Registry } from '../registry.js';
import { findLogits } from './find-logits.js';
import { listModels } from './list-models.js';
import { nameOutputs } from './name-outputs.js';
import { rankModels } from './rank-models.js';

/** The ProbeLog in a data folder of this machine. */
export function localRegistry(service: Service): Registry {
  return {
    models: (text) => listModels(service, text),
    rankedModels: (question) => rankModels(service, question),
    logits: (question) => findLogits(service, question),
    names: (named, output, first) => nameOutputs(service, named, output, first),
  };
}
