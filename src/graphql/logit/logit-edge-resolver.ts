import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { SearchQuery } from '../../search/index.js';
import type { LogitRecord, ProbeSetRecord } from '../../store/index.js';
import { checkFirst } from '../pagination/pages.js';
import type { Context } from '../schema/context.js';
import { evidenceOf } from './evidence-of.js';
import { Evidence, LogitEdge } from './logit-type.js';

/** A match, and what it was a match for. */
export interface LogitEdgeRoot {
  node: LogitRecord;
  query: SearchQuery;
  probeSet: ProbeSetRecord;
}

@Resolver(() => LogitEdge)
export class LogitEdgeResolver {
  @FieldResolver(() => [Evidence], {
    description:
      'The probes that made the logit match, largest contribution first. For an expression, the evidence of the concept that decided the score: the worst of `all`, or the best of `any`. Empty for a removed logit.',
  })
  async evidence(
    @Ctx() { search, loaders }: Context,
    @Root() { node, query, probeSet }: LogitEdgeRoot,
    @Arg('first', () => Int, { defaultValue: 5, description: '0 to 100.' }) first: number,
  ) {
    const found = await evidenceOf(search, probeSet, query, node, checkFirst(first));
    return found.map(({ probe, ...facts }) => ({
      ...facts,
      probe: loaders.probeAt.load({ probeSetId: probeSet.id, position: probe }),
    }));
  }
}
