import { type Contribution, decidingConcept, evidence, linearScore, zscore } from '../../domain/index.js';
import type { ConceptTerm, Search, SearchQuery } from '../../search/index.js';

/** One probe that made a logit match. */
export interface ProbeEvidence extends Contribution {
  /** What is looked for, at this probe: a concept's cosine or the asking logit's response, standardized. */
  query: number;
  /** The found logit's response, standardized. */
  response: number;
}

/** The probes that made a logit match, largest contribution first; none for a logit that is not there any more. */
export async function evidenceOf(
  search: Pick<Search, 'descriptor'>,
  probeSet: { id: string },
  subject: SearchQuery,
  found: { modelId: string; index: number },
  first: number,
): Promise<ProbeEvidence[]> {
  const descriptor = await search.descriptor(probeSet.id, found.modelId, found.index);
  if (!descriptor) return [];
  const query =
    subject.kind === 'LOGIT'
      ? queryOfLogit(await search.descriptor(probeSet.id, subject.modelId, subject.index))
      : queryOfConcept(termOf(subject, descriptor));
  if (!query) return [];
  return evidence(query.weights, descriptor, first).map((part) => ({
    ...part,
    query: query.values[part.probe],
    response: descriptor[part.probe],
  }));
}

/** What is looked for as weights, and as standardized values that a person can compare with responses. */
interface Query {
  weights: Float32Array;
  values: Float32Array;
}

function queryOfLogit(descriptor: Float32Array | null): Query | null {
  return descriptor && { weights: descriptor, values: descriptor };
}

function queryOfConcept(term: ConceptTerm | null): Query | null {
  return term && { weights: term.weights, values: zscore(term.cosines) ?? term.cosines };
}

/** The concept that decided: of an expression, whose score is that of one of its concepts, that one. */
function termOf(subject: Exclude<SearchQuery, { kind: 'LOGIT' }>, found: Float32Array): ConceptTerm | null {
  if (subject.kind === 'CONCEPT') return subject;
  const { all, any } = subject.kind === 'EXPRESSION' ? subject : { all: [], any: subject.concepts };
  const scoresOf = (terms: ConceptTerm[]) => terms.map(({ weights }) => linearScore(weights, found));
  const decided = decidingConcept({ all: scoresOf(all), any: scoresOf(any) });
  return decided && { all, any }[decided.of][decided.index];
}
