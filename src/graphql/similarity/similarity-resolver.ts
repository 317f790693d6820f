import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { ProbelogError } from '../../errors/index.js';
import { compareModels, type ModelComparison } from '../../search/index.js';
import type { ModelRecord } from '../../store/index.js';
import type { Context } from '../schema/context.js';
import { keyOf } from '../schema/global-id.js';
import { SimilarityMatrix } from './similarity-type.js';

@Resolver()
export class SimilarityResolver {
  @Query(() => SimilarityMatrix, {
    description:
      'How similar the logits of two models are, each with each. Both were probed with the same set and have up to 200 logits.',
  })
  async similarity(
    @Ctx() context: Context,
    @Arg('a', () => ID, { description: 'The model whose logits are the rows.' }) a: string,
    @Arg('b', () => ID, { description: 'The model whose logits are the columns; may be the same.' })
    b: string,
  ): Promise<ModelComparison> {
    const [first, second] = await Promise.all([modelWith(context, a, 'a'), modelWith(context, b, 'b')]);
    return compareModels(context, first, second);
  }
}

async function modelWith({ loaders }: Context, id: string, argument: string): Promise<ModelRecord> {
  const model = await loaders.model.load(keyOf('Model', id));
  if (model) return model;
  throw new ProbelogError('NOT_FOUND', `There is no model with the id given as ${argument}.`, { argument });
}
