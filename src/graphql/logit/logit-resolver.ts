import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { ProbelogError } from '../../errors/index.js';
import type { LogitRecord, ModelRecord, ProbeSetRecord } from '../../store/index.js';
import { ConceptInput } from '../concept/concept-type.js';
import { namedQueryOf } from '../concept/named-query.js';
import { Model } from '../model/model-type.js';
import { After, First } from '../pagination/page-arguments.js';
import { checkFirst } from '../pagination/pages.js';
import { findProbeSet } from '../probe-set/find-probe-set.js';
import { ProbeResponse } from '../probe-set/probe-type.js';
import type { Context } from '../schema/context.js';
import { logitId, logitKeyOf } from '../schema/global-id.js';
import { LogitFilter } from '../search/logit-filter.js';
import { logitConnection } from '../search/search-connections.js';
import { SearchMetric } from '../search/search-metric.js';
import { Logit, LogitConnection, LogitName } from './logit-type.js';
import { strongest } from './strongest.js';

@Resolver(() => Logit)
export class LogitResolver {
  @FieldResolver(() => ID)
  id(@Root() logit: LogitRecord): string {
    return logitId(logit);
  }

  @FieldResolver(() => Model, { description: 'The model that has this output.' })
  model(@Ctx() context: Context, @Root() logit: LogitRecord) {
    return modelOf(context, logit);
  }

  @FieldResolver(() => LogitConnection, {
    description: 'Logits of other models that recognize the same thing, best first.',
  })
  async similar(
    @Ctx() context: Context,
    @Root() logit: LogitRecord,
    @First() first: number,
    @After() after: string | null,
    @Arg('metric', () => SearchMetric, { defaultValue: SearchMetric.SCORE }) metric: SearchMetric,
    @Arg('filter', () => LogitFilter, { nullable: true }) filter: LogitFilter | null,
  ) {
    const { modelId, index } = logit;
    const model = await modelOf(context, logit);
    const probeSet = (await context.loaders.probeSet.load(model.probeSetId)) as ProbeSetRecord;
    const query = { query: { kind: 'LOGIT' as const, modelId, index }, named: logitId(logit) };
    return logitConnection(context, probeSet, query, { first, after, metric, filter }, [modelId]);
  }

  @FieldResolver(() => [LogitName], {
    description:
      'Names for what the logit recognizes, from the vocabulary that ships with ProbeLog, best first; empty for a degenerate logit.',
  })
  async concepts(
    @Ctx() context: Context,
    @Root() logit: LogitRecord,
    @Arg('first', () => Int, { defaultValue: 5, description: '0 to 100.' }) first: number,
  ) {
    const { modelId, index } = logit;
    const { probeSetId } = await modelOf(context, logit);
    return (await context.loaders.names.load({ modelId, index, probeSetId, first: checkFirst(first) })) ?? [];
  }

  @FieldResolver(() => [ProbeResponse], {
    description: 'The probes with the highest responses, highest first.',
  })
  topProbes(
    @Ctx() context: Context,
    @Root() logit: LogitRecord,
    @Arg('first', () => Int, { defaultValue: 10, description: '0 to 100.' }) first: number,
  ) {
    return extremeProbes(context, logit, first, 'HIGHEST');
  }

  @FieldResolver(() => [ProbeResponse], {
    description: 'The probes with the lowest responses, lowest first.',
  })
  bottomProbes(
    @Ctx() context: Context,
    @Root() logit: LogitRecord,
    @Arg('first', () => Int, { defaultValue: 10, description: '0 to 100.' }) first: number,
  ) {
    return extremeProbes(context, logit, first, 'LOWEST');
  }

  @Query(() => LogitConnection, {
    description:
      'Logits of all models that recognize a concept, an expression of several concepts, or an image.',
  })
  async logits(
    @Ctx() context: Context,
    @Arg('concept', () => String, {
      nullable: true,
      description: 'A word or short phrase, up to 300 characters.',
    })
    concept: string | null,
    @Arg('expression', () => ConceptInput, { nullable: true, description: 'Several concepts, combined.' })
    expression: ConceptInput | null,
    @Arg('image', () => String, {
      nullable: true,
      description: 'An image to search with: the file in base64, or a data: URL; at most 10 MiB.',
    })
    image: string | null,
    @First() first: number,
    @After() after: string | null,
    @Arg('metric', () => SearchMetric, { defaultValue: SearchMetric.SCORE }) metric: SearchMetric,
    @Arg('filter', () => LogitFilter, { nullable: true }) filter: LogitFilter | null,
    @Arg('probeSet', () => ID, {
      nullable: true,
      description: 'The gallery to search; the default one when absent.',
    })
    probeSetId: string | null,
  ) {
    const probeSet = await findProbeSet(context, probeSetId);
    const query = await namedQueryOf(context, { concept, expression, image }, probeSet);
    return logitConnection(context, probeSet, query, { first, after, metric, filter });
  }

  @Query(() => Logit, { nullable: true, description: 'The logit with this id.' })
  logit(@Ctx() { loaders }: Context, @Arg('id', () => ID) id: string) {
    return loaders.logit.load(logitKeyOf(id));
  }
}

async function modelOf({ loaders }: Context, { modelId }: LogitRecord): Promise<ModelRecord> {
  const model = await loaders.model.load(modelId);
  if (model) return model;
  throw new ProbelogError('NOT_FOUND', 'The model has just been removed.');
}

async function extremeProbes(
  context: Context,
  logit: LogitRecord,
  first: number,
  which: 'HIGHEST' | 'LOWEST',
) {
  const { loaders, search } = context;
  const count = checkFirst(first);
  const { probeSetId, responsesDigest: digest } = await modelOf(context, logit);
  if (digest === null) return [];
  const [responses, descriptor] = await Promise.all([
    loaders.responses.load({ modelId: logit.modelId, index: logit.index, digest }),
    search.descriptor(probeSetId, logit.modelId, logit.index),
  ]);
  // Judged by the descriptor: raw responses also hold what all outputs of the model share.
  return strongest(descriptor ?? responses, count, which).map((position) => ({
    response: Number.isFinite(responses[position]) ? responses[position] : null,
    standardized: descriptor?.[position] ?? null,
    standardised: descriptor?.[position] ?? null,
    probe: loaders.probeAt.load({ probeSetId, position }),
  }));
}
