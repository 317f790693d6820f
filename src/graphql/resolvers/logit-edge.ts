import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { decidingConcept, evidence, linearScore, zscore } from '../../domain/index.js';
import type { ConceptTerm, SearchSubject } from '../../search/index.js';
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
    description:
      'The probes that made it match, largest contribution first; for an expression, of the concept whose score it has: the worst of `all`, the best of `any`. Empty for a removed logit.',
  })
  async evidence(
    @Ctx() { search, loaders }: Context,
    @Root() { node, subject, probeSet }: LogitEdgeRoot,
    @Arg('first', () => Int, { defaultValue: 5, description: '0 to 100.' }) first: number,
  ) {
    const count = checkFirst(first);
    const descriptor = await search.descriptor(probeSet.id, node.modelId, node.index);
    const asked =
      descriptor &&
      (await queryOf(subject, descriptor, (modelId, index) =>
        search.descriptor(probeSet.id, modelId, index),
      ));
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
  found: Float32Array,
  descriptorOf: (modelId: string, index: number) => Promise<Float32Array | null>,
): Promise<{ weights: Float32Array; values: Float32Array } | null> {
  if (subject.kind === 'LOGIT') {
    const descriptor = await descriptorOf(subject.modelId, subject.index);
    return descriptor && { weights: descriptor, values: descriptor };
  }
  const term = termOf(subject, found);
  return term && { weights: term.weights, values: zscore(term.cosines) ?? term.cosines };
}

/** The concept that decided: of an expression, whose score is that of one of its concepts, that one. */
function termOf(subject: Exclude<SearchSubject, { kind: 'LOGIT' }>, found: Float32Array): ConceptTerm | null {
  if (subject.kind === 'CONCEPT') return subject;
  const { all, any } = subject.kind === 'EXPRESSION' ? subject : { all: [], any: subject.concepts };
  const scoresOf = (terms: ConceptTerm[]) => terms.map(({ weights }) => linearScore(weights, found));
  const decided = decidingConcept({ all: scoresOf(all), any: scoresOf(any) });
  return decided && { all, any }[decided.of][decided.index];
}
