import { ProbelogError } from '../errors/index.js';
import { logitKeyOf } from '../graphql/index.js';
import type { ModelRecord, Store } from '../store/index.js';
import { findModel } from './find-model.js';

/**
 * The logit that a user names on the command line: its id, or `model#output` with the model as for {@link findModel} and the
 * output counted from 0.
 *
 * @throws ProbelogError NOT_FOUND, INPUT_INVALID, ID_INVALID
 */
export async function findLogit(store: Store, named: string): Promise<{ model: ModelRecord; index: number }> {
  const [, modelName, output] = /^(.+)#(\d{1,9})$/s.exec(named) ?? [];
  const key = modelName === undefined ? logitKeyOf(named) : null;
  const model = await findModel(store, key?.modelId ?? modelName);
  const index = key?.index ?? Number(output);
  if ((await store.logits.byKeys([{ modelId: model.id, index }])).length > 0) return { model, index };
  throw new ProbelogError(
    'NOT_FOUND',
    model.outputs === null
      ? `${model.name}@${model.version} cannot be searched yet.`
      : `${model.name}@${model.version} has no output ${index}; they are 0 to ${model.outputs - 1}.`,
  );
}
