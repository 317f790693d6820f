import { type Contribution, decidingConcept, evidence, linearScore, zscore } from '../../domain/index.js';
import type { ConceptTerm, Search, SearchQuery } from '../../search/index.js';

/** One probe that made a logit match. */
export interface ProbeEvidence extends Contribution {
  /** The query at this probe: a concept's cosine, or the response of the logit searched with; standardized. */
  query: number;
  /** The found logit's response, standardized. */
  response: number;
}

/** The probes that made a logit match, largest contribution first; none for a removed logit. */
export async function evidenceOf(
  search: Pick<Search, 'descriptor'>,
  probeSet: { id: string },
  query: SearchQuery,
  found: { modelId: string; index: number },
  first: number,
): Promise<ProbeEvidence[]> {
  const descriptor = await search.descriptor(probeSet.id, found.modelId, found.index);
  if (!descriptor) return [];
  const compared =
    query.kind === 'LOGIT'
      ? queryOfLogit(await search.descriptor(probeSet.id, query.modelId, query.index))
      : queryOfConcept(termOf(query, descriptor));
  if (!compared) return [];
  return evidence(compared.weights, descriptor, first).map((part) => ({
    ...part,
    query: compared.values[part.probe],
    response: descriptor[part.probe],
  }));
}

/** A query as weights, and as standardized values that a person can compare with responses. */
interface ComparedQuery {
  weights: Float32Array;
  values: Float32Array;
}

function queryOfLogit(descriptor: Float32Array | null): ComparedQuery | null {
  return descriptor && { weights: descriptor, values: descriptor };
}

function queryOfConcept(term: ConceptTerm | null): ComparedQuery | null {
  return term && { weights: term.weights, values: zscore(term.cosines) ?? term.cosines };
}

/** The concept that decided: of an expression, whose score is that of one of its concepts, that one. */
function termOf(query: Exclude<SearchQuery, { kind: 'LOGIT' }>, found: Float32Array): ConceptTerm | null {
  if (query.kind === 'CONCEPT') return query;
  const { all, any } = query.kind === 'EXPRESSION' ? query : { all: [], any: query.concepts };
  const scoresOf = (terms: ConceptTerm[]) => terms.map(({ weights }) => linearScore(weights, found));
  const decided = decidingConcept({ all: scoresOf(all), any: scoresOf(any) });
  return decided && { all, any }[decided.of][decided.index];
}
