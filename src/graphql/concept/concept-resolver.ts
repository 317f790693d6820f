import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import type { ProbeSetRecord } from '../../store/index.js';
import { normalizeConcept } from '../../text/index.js';
import { LogitConnection } from '../logit/logit-type.js';
import { strongest } from '../logit/strongest.js';
import { ModelConnection } from '../model/model-type.js';
import { After, First } from '../pagination/page-arguments.js';
import { checkFirst } from '../pagination/pages.js';
import { findProbeSet } from '../probe-set/find-probe-set.js';
import { ProbeCosine } from '../probe-set/probe-type.js';
import type { Context } from '../schema/context.js';
import { LogitFilter } from '../search/logit-filter.js';
import { logitConnection, modelConnection } from '../search/search-connections.js';
import { SearchMetric } from '../search/search-metric.js';
import { Concept } from './concept-type.js';
import { conceptQuery } from './named-query.js';

/** A concept, and the probe set whose gallery it searches. */
export interface ConceptRoot {
  text: string;
  probeSet: ProbeSetRecord;
}

@Resolver(() => Concept)
export class ConceptResolver {
  @FieldResolver(() => LogitConnection, { description: 'Logits that recognize it, best first.' })
  async logits(
    @Ctx() context: Context,
    @Root() { text, probeSet }: ConceptRoot,
    @First() first: number,
    @After() after: string | null,
    @Arg('metric', () => SearchMetric, { defaultValue: SearchMetric.SCORE }) metric: SearchMetric,
    @Arg('filter', () => LogitFilter, { nullable: true }) filter: LogitFilter | null,
  ) {
    const query = await conceptQuery(context, text, probeSet);
    return logitConnection(context, probeSet, query, { first, after, metric, filter });
  }

  @FieldResolver(() => ModelConnection, {
    description: 'Models that recognize it, best first, by their best logit.',
  })
  async models(
    @Ctx() context: Context,
    @Root() { text, probeSet }: ConceptRoot,
    @First() first: number,
    @After() after: string | null,
  ) {
    const query = await conceptQuery(context, text, probeSet);
    return modelConnection(context, probeSet, query, { first, after, metric: 'SCORE' });
  }

  @FieldResolver(() => [ProbeCosine], { description: 'The probes nearest to it, nearest first.' })
  async topProbes(
    @Ctx() { concepts, loaders }: Context,
    @Root() { text, probeSet }: ConceptRoot,
    @Arg('first', () => Int, { defaultValue: 10, description: '0 to 100.' }) first: number,
  ) {
    const { cosines } = await concepts.vectors(text, probeSet);
    return strongest(cosines, checkFirst(first), 'HIGHEST').map((position) => ({
      cosine: cosines[position],
      probe: loaders.probeAt.load({ probeSetId: probeSet.id, position }),
    }));
  }

  @Query(() => Concept, { description: 'A concept, with the logits, models and probes that match it.' })
  async concept(
    @Ctx() context: Context,
    @Arg('text', { description: 'A word or short phrase, up to 300 characters.' }) text: string,
    @Arg('probeSet', () => ID, { nullable: true, description: 'The default probe set when absent.' })
    probeSetId: string | null,
  ): Promise<ConceptRoot> {
    return { text: normalizeConcept(text), probeSet: await findProbeSet(context, probeSetId) };
  }
}
