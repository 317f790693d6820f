import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { evidence, zscore } from '../../domain/index.js';
import type { SearchSubject } from '../../search/index.js';
import type { LogitRecord, ProbeSetRecord } from '../../store/index.js';
import { checkFirst } from '../check-first.js';
import type { Context } from '../context.js';
import { Evidence } from '../types/evidence.js';
import { LogitEdge } from '../types/logit.js';

/** A match, and what it was a match for. */
export interface LogitEdgeRoot {
  node: LogitRecord;
  subject: SearchSubject;
  probeSet: ProbeSetRecord;
}

@Resolver(() => LogitEdge)
export class LogitEdgeResolver {
  @FieldResolver(() => [Evidence], {
    description: 'The probes that made it match, largest contribution first; empty for a removed logit.',
  })
  async evidence(
    @Ctx() { search, loaders }: Context,
    @Root() { node, subject, probeSet }: LogitEdgeRoot,
    @Arg('first', () => Int, { defaultValue: 5, description: '0 to 100.' }) first: number,
  ) {
    const count = checkFirst(first);
    const [asked, descriptor] = await Promise.all([
      queryOf(subject, (modelId, index) => search.descriptor(probeSet.id, modelId, index)),
      search.descriptor(probeSet.id, node.modelId, node.index),
    ]);
    if (!asked || !descriptor) return [];
    return evidence(asked.weights, descriptor, count).map(({ probe, contribution }) => ({
      probe: loaders.probeAt.load({ probeSetId: probeSet.id, position: probe }),
      query: asked.values[probe],
      response: descriptor[probe],
      contribution,
    }));
  }
}

/** The query as weights, and as standardised values that a person can compare with responses. */
async function queryOf(
  subject: SearchSubject,
  descriptorOf: (modelId: string, index: number) => Promise<Float32Array | null>,
): Promise<{ weights: Float32Array; values: Float32Array } | null> {
  if (subject.kind === 'LOGIT') {
    const descriptor = await descriptorOf(subject.modelId, subject.index);
    return descriptor && { weights: descriptor, values: descriptor };
  }
  if (subject.kind === 'CONCEPT') {
    return { weights: subject.weights, values: zscore(subject.cosines) ?? subject.cosines };
  }
  const wanted = subject.kind === 'CONCEPTS' ? subject.concepts : [...subject.all, ...subject.any];
  const mean = (pick: (term: (typeof wanted)[number]) => Float32Array) =>
    pick(wanted[0]).map(
      (_, probe) => wanted.reduce((sum, term) => sum + pick(term)[probe], 0) / wanted.length,
    );
  const cosines = mean((term) => term.cosines);
  return { weights: mean((term) => term.weights), values: zscore(cosines) ?? cosines };
}
