import {
  ANSWER_CURVES,
  type AnswerCurve,
  type AnswerFit,
  answerSupport,
  decidingConcept,
  FIT_LIMITS,
  type FitLimits,
  fitOf,
  JUDGED_RESULTS,
  matchOf,
} from '../../domain/index.js';
import type { GalleryView } from '../gallery/gallery-view.js';
import type { ConceptTerm, SearchQuery } from '../search-query.js';
import type { PreparedQuery } from './prepared-query.js';
import { confidenceOf, runnerUpOf } from './to-result.js';
import type { Candidate } from './top-k.js';
import type { NamedResponses } from './vocabulary-queries.js';

/** What the confidence of all results of a concept, expression or image has in common. */
export interface AnswerSupport {
  curve: AnswerCurve;
  limits: FitLimits;
  /** See `answerSupport`. */
  support: number;
  /** See `AnswerSignals`. */
  shown: number;
}

/** What the best results of a query say about all of them. */
export interface JudgedAnswer {
  /** Null for a query by logit, and in a gallery that is too small. */
  support: AnswerSupport | null;
  /** Null in a gallery that is too small, and without a result. */
  answer: AnswerFit | null;
}

/** Most concepts are shown as well as this share of the vocabulary or better. */
const TYPICALLY_SHOWN = 0.8;

/** Judges a query by its best results, in order. */
export async function judgeAnswer(
  view: GalleryView,
  prepared: PreparedQuery,
  best: readonly Candidate[],
): Promise<JudgedAnswer> {
  const [first] = best;
  if (!prepared.spread || !first) return { support: null, answer: null };
  const support = await supportOf(view, prepared.request.query, best);
  const runnerUp = support ? undefined : runnerUpOf(view, prepared, first);
  const certainty = confidenceOf(prepared, support, first.value, runnerUp);
  return {
    support,
    answer:
      certainty === null ? null : fitOf(certainty, support?.shown ?? 1, support?.limits ?? FIT_LIMITS.LOGIT),
  };
}

async function supportOf(
  view: GalleryView,
  query: SearchQuery,
  best: readonly Candidate[],
): Promise<AnswerSupport | null> {
  if (query.kind === 'LOGIT' || query.kind === 'CONCEPTS') return null;
  const { all, any } = query.kind === 'CONCEPT' ? { all: [query], any: [] } : query;
  const rows = best.slice(0, JUDGED_RESULTS).map(({ row }) => row);
  const path = [...all, ...any].find(({ background }) => background)?.background?.vocabularyPath;
  const responses = await view.vocabulary.nameResponses(rows, (row) => view.rows.read(row), path);
  const supports = {
    all: all.map((term) => supportOfTerm(term, best[0].value, responses)),
    any: any.map((term) => supportOfTerm(term, best[0].value, responses)),
  };
  // An expression is as certain as the concept that is least so: of `all` the worst, of `any` the best.
  const numbersOf = (terms: AnswerSupport[]) => terms.map(({ support }) => support);
  const deciding = decidingConcept({ all: numbersOf(supports.all), any: numbersOf(supports.any) });
  return deciding && supports[deciding.of][deciding.index];
}

function supportOfTerm(
  { weights, background }: ConceptTerm,
  score: number,
  { strongest, nameMatch }: NamedResponses,
): AnswerSupport {
  const kind = background?.of ?? 'TEXT';
  const curve = ANSWER_CURVES[kind];
  const shown = background?.shown ?? TYPICALLY_SHOWN;
  const match = matchOf(strongest, weights);
  const naming = nameMatch === null ? null : match - nameMatch;
  return {
    curve,
    limits: FIT_LIMITS[kind],
    shown,
    support: answerSupport({ score, match, naming, shown }, curve),
  };
}
