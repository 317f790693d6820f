import { Arg, Ctx, FieldResolver, Float, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { ProbelogError } from '../../errors/index.js';
import {
  checkComparable,
  compareModels,
  MAX_MATCHED_LOGITS,
  type ModelComparison,
  matchModels,
  type OutputMatches,
} from '../../search/index.js';
import type { LogitRecord, ModelRecord } from '../../store/index.js';
import { Logit } from '../logit/logit-type.js';
import { First } from '../pagination/page-arguments.js';
import { checkFirst } from '../pagination/pages.js';
import type { Context } from '../schema/context.js';
import { keyOf } from '../schema/global-id.js';
import { SimilarityMatrix, UnmatchedLogit } from './similarity-type.js';
import { leastMatched, type Match } from './unmatched.js';

/** Two models to compare. Each comparison is made once, for all fields that need it. */
interface Compared {
  a: ModelRecord;
  b: ModelRecord;
  matrix(): Promise<ModelComparison>;
  matches(): Promise<OutputMatches>;
}

/** An unmatched logit, as its type has it. */
interface Unmatched {
  node: LogitRecord;
  nearest: LogitRecord;
  cosine: number;
}

@Resolver(() => SimilarityMatrix)
export class SimilarityResolver {
  @FieldResolver(() => [Logit], {
    description: 'Logits of the first model, in output order. Refused for more than 200; see `rowLabels`.',
  })
  async rows(@Root() compared: Compared) {
    return (await compared.matrix()).rows;
  }

  @FieldResolver(() => [Logit], {
    description:
      'Logits of the second model, in output order. Refused for more than 200; see `columnLabels`.',
  })
  async columns(@Root() compared: Compared) {
    return (await compared.matrix()).columns;
  }

  /** `refineSimilarityValues` makes its lists `[[Float]!]!`. */
  @FieldResolver(() => [[Float]], {
    description:
      'Cosines of the descriptors, −1 to 1: a list for each row, with a value for each column. Null where a logit is degenerate. Refused for more than 200 logits; see `cells`.',
  })
  async values(@Root() compared: Compared) {
    return (await compared.matrix()).values;
  }

  @FieldResolver(() => Int, { description: 'Number of logits of the first model.' })
  rowCount(@Root() { a }: Compared) {
    return a.outputs;
  }

  @FieldResolver(() => Int, { description: 'Number of logits of the second model.' })
  columnCount(@Root() { b }: Compared) {
    return b.outputs;
  }

  @FieldResolver(() => [String], {
    nullable: 'items',
    description: 'Labels of the first model, in output order; null for an output without one.',
  })
  rowLabels(@Ctx() context: Context, @Root() { a }: Compared) {
    return labelsOf(context, a);
  }

  @FieldResolver(() => [String], {
    nullable: 'items',
    description: 'Labels of the second model, in output order; null for an output without one.',
  })
  columnLabels(@Ctx() context: Context, @Root() { b }: Compared) {
    return labelsOf(context, b);
  }

  @FieldResolver(() => String, {
    description:
      'All cosines in base64, row after row: one signed byte each, the cosine times 127, rounded; −128 where a logit is degenerate. At most 4 MB before base64.',
  })
  async cells(@Root() compared: Compared): Promise<string> {
    const { buffer, byteOffset, byteLength } = (await compared.matches()).cells;
    return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
  }

  @FieldResolver(() => [UnmatchedLogit], {
    description:
      'What the first model knows and the second does not: the logits whose nearest one in the second is the least similar, those first.',
  })
  async onlyA(@Ctx() context: Context, @Root() compared: Compared, @First() first: number) {
    const { ofRows } = await compared.matches();
    return unmatched(context, [compared.a, compared.b], leastMatched(ofRows, checkFirst(first)));
  }

  @FieldResolver(() => [UnmatchedLogit], {
    description: 'What the second model knows and the first does not, as `onlyA`.',
  })
  async onlyB(@Ctx() context: Context, @Root() compared: Compared, @First() first: number) {
    const { ofColumns } = await compared.matches();
    return unmatched(context, [compared.b, compared.a], leastMatched(ofColumns, checkFirst(first)));
  }

  @Query(() => SimilarityMatrix, {
    description:
      'How similar the logits of two models are, each with each. Both were probed with the same set and have up to 2,000 logits.',
  })
  async similarity(
    @Ctx() context: Context,
    @Arg('a', () => ID, { description: 'The model whose logits are the rows.' }) a: string,
    @Arg('b', () => ID, { description: 'The model whose logits are the columns; may be the same.' })
    b: string,
  ): Promise<Compared> {
    const [first, second] = await Promise.all([modelWith(context, a, 'a'), modelWith(context, b, 'b')]);
    await checkComparable(context.store, [first, second], MAX_MATCHED_LOGITS);
    return {
      a: first,
      b: second,
      matrix: once(() => compareModels(context, first, second)),
      matches: once(() => matchModels(context, first, second)),
    };
  }
}

async function modelWith({ loaders }: Context, id: string, argument: string): Promise<ModelRecord> {
  const model = await loaders.model.load(keyOf('Model', id));
  if (model) return model;
  throw new ProbelogError('NOT_FOUND', `There is no model with the id given as ${argument}.`, { argument });
}

async function labelsOf({ store }: Context, { id, outputs }: ModelRecord): Promise<(string | null)[]> {
  return (await store.models.labels(id)) ?? Array.from({ length: outputs ?? 0 }, () => null);
}

/** Logits with the nearest of the other model. One that was removed a moment ago is left out. */
async function unmatched(
  { loaders }: Context,
  [own, other]: [ModelRecord, ModelRecord],
  matches: readonly Match[],
): Promise<Unmatched[]> {
  const found = await Promise.all(
    matches.map(async ({ index, nearest, cosine }) => {
      const [node, its] = await Promise.all([
        loaders.logit.load({ modelId: own.id, index }),
        loaders.logit.load({ modelId: other.id, index: nearest }),
      ]);
      return node && its ? [{ node, nearest: its, cosine }] : [];
    }),
  );
  return found.flat();
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
