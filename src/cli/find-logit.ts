import { ProbelogError } from '../errors/index.js';
import { logitKeyOf } from '../graphql/index.js';
import type { ModelRecord, Store } from '../store/index.js';
import { findModel } from './find-model.js';
import { parseLogitRef } from './flags/parse-logit-ref.js';

/**
 * The logit that a user names on the command line: its id, or `model#output` with the model as for {@link findModel} and the
 * output counted from 0.
 *
 * @throws ProbelogError NOT_FOUND, INPUT_INVALID, ID_INVALID
 */
export async function findLogit(store: Store, named: string): Promise<{ model: ModelRecord; index: number }> {
  const output = parseLogitRef(named) ?? byId(named);
  const { index } = output;
  const model = await findModel(store, output.model);
  if ((await store.logits.byKeys([{ modelId: model.id, index }])).length > 0) return { model, index };
  throw new ProbelogError(
    'NOT_FOUND',
    model.outputs === null
      ? `${model.name}@${model.version} cannot be searched yet.`
      : `${model.name}@${model.version} has no output ${index}; they are 0 to ${model.outputs - 1}.`,
  );
}

function byId(id: string): { model: string; index: number } {
  const { modelId: model, index } = logitKeyOf(id);
  return { model, index };
}
