import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { ProbeSetRecord } from '../../store/index.js';
import { checkFirst } from '../check-first.js';
import { conceptSubject } from '../concept-subject.js';
import type { Context } from '../context.js';
import { After, First } from '../page-arguments.js';
import { logitConnection, modelConnection } from '../search-connections.js';
import { strongest } from '../strongest.js';
import { Concept } from '../types/concept.js';
import { SearchMetric } from '../types/enums.js';
import { LogitFilter } from '../types/inputs.js';
import { LogitConnection } from '../types/logit.js';
import { ModelConnection } from '../types/model.js';
import { ProbeCosine } from '../types/probe.js';

/** A concept, and the gallery that it is asked of. */
export interface ConceptRoot {
  text: string;
  probeSet: ProbeSetRecord;
}

@Resolver(() => Concept)
export class ConceptResolver {
  @FieldResolver(() => LogitConnection, { description: 'Logits that recognise it, best first.' })
  async logits(
    @Ctx() context: Context,
    @Root() { text, probeSet }: ConceptRoot,
    @First() first: number,
    @After() after: string | null,
    @Arg('metric', () => SearchMetric, { defaultValue: SearchMetric.SCORE }) metric: SearchMetric,
    @Arg('filter', () => LogitFilter, { nullable: true }) filter: LogitFilter | null,
  ) {
    const subject = await conceptSubject(context, text, probeSet);
    return logitConnection(context, probeSet, subject, { first, after, metric, filter });
  }

  @FieldResolver(() => ModelConnection, { description: 'Models that recognise it, by their best logit.' })
  async models(
    @Ctx() context: Context,
    @Root() { text, probeSet }: ConceptRoot,
    @First() first: number,
    @After() after: string | null,
  ) {
    const subject = await conceptSubject(context, text, probeSet);
    return modelConnection(context, probeSet, subject, { first, after, metric: 'SCORE' });
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
}
