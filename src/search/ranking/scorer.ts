import {
  asymmetricDiscrepancy,
  CONFIDENCE_CURVES,
  type ConfidenceCurve,
  dot,
  expressionScore,
  indexQuery,
  LOGIT_TOP_K,
  logitQuery,
  TEXT_TOP_K,
  topProbes,
  zscore,
} from '../../domain/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { GalleryEntry } from '../gallery/journal.js';
import type { RowScales } from '../gallery/row-scales.js';
import type { ConceptTerm, ExpressionQuery, SearchMetric } from '../search-query.js';
import type { Snapshot } from '../snapshot/snapshot.js';

/** A basis in use, with the scales that belong to it. */
export interface ActiveSnapshot {
  snapshot: Snapshot;
  scales: RowScales;
}

/**
 * A question in numbers: everything that is computed once, before any descriptor is looked at. It keeps the snapshot
 * that it began with, so that one answer never mixes two bases.
 */
export interface Scorer {
  /** Higher is better. */
  score(descriptor: Float32Array, row: number): number;
  /** The paper's discrepancy. */
  distance(descriptor: Float32Array, row: number): number;
  /** What orders the results, higher first: the score, or the negative distance. */
  value(descriptor: Float32Array, row: number): number;
  /** The weights whose product with a descriptor decides the order; null when it is not decided by a product. */
  weights: Float32Array | null;
  /** The most that `value` can be, when the product with `weights` comes to `product` in float32 arithmetic. */
  upperBound(product: number, row: number): number;
  /** The question in the index's space, one vector for each part of it; empty without a basis. */
  indexVectors: Float32Array[];
  /** From how a score stands out in the gallery to the probability that the answer is right; null: none was fitted. */
  curve: ConfidenceCurve | null;
  metric: SearchMetric;
  /** Whether a logit may be an answer at all; all may when absent. */
  accepts?(descriptor: Float32Array, entry: GalleryEntry): boolean;
  active: ActiveSnapshot | null;
}

/** What a question is asked of. */
export interface ScorerContext {
  metric: SearchMetric;
  active: ActiveSnapshot | null;
  /** Certainty of each probe in a completed row; null for a row of which all probes were run. */
  certaintyOf(row: number): Float32Array | null;
}

/** A concept as a question (design 3.4). @throws ProbelogError INPUT_INVALID when it tells no probe from another */
export function conceptScorer({ cosines, weights }: ConceptTerm, context: ScorerContext): Scorer {
  const descriptor = zscore(cosines);
  if (!descriptor) {
    throw new ProbelogError(
      'INPUT_INVALID',
      'The concept is equally near to all probes, so nothing can be found by it.',
    );
  }
  const scale = 1 / cosines.length;
  return linearScorer(weights, () => scale, descriptor, TEXT_TOP_K, CONFIDENCE_CURVES.CONCEPT, context);
}

/**
 * A logit as a question: whitened cosine, and while the gallery is cold the plain one (design 3.5a), for which no
 * confidence was ever measured.
 */
export function logitScorer(descriptor: Float32Array, context: ScorerContext): Scorer {
  if (!context.active) {
    const scale = 1 / descriptor.length;
    return linearScorer(descriptor, () => scale, descriptor, LOGIT_TOP_K, null, context);
  }
  const { snapshot, scales } = context.active;
  const weights = logitQuery(snapshot.basis, descriptor);
  const scaleOf = (row: number) => scales.of(row);
  return linearScorer(weights, scaleOf, descriptor, LOGIT_TOP_K, CONFIDENCE_CURVES.LOGIT, context);
}

/**
 * Several concepts as one question. Its score is no product, so rows are scored one by one; its index vectors are those
 * of the concepts that are wanted. Its distance is that to the wanted concept that is furthest (all) or nearest (any).
 *
 * @throws ProbelogError INPUT_INVALID for unwanted concepts with ASYMMETRIC, whose distance cannot tell of them
 */
export function expressionScorer({ all, any, none }: ExpressionQuery, context: ScorerContext): Scorer {
  const { metric, active } = context;
  if (metric === 'ASYMMETRIC' && none.length > 0) {
    throw new ProbelogError(
      'INPUT_INVALID',
      'metric ASYMMETRIC orders by the distance to what is wanted and cannot push back what is not: leave out `none`, or take SCORE.',
    );
  }
  const scorers = { all: all.map(asScorer), any: any.map(asScorer), none: none.map(asScorer) };
  const positive = [...scorers.all, ...scorers.any];
  const score: Scorer['score'] = (descriptor, row) => {
    const scoresOf = (parts: Scorer[]) => parts.map((part) => part.score(descriptor, row));
    return expressionScore({
      all: scoresOf(scorers.all),
      any: scoresOf(scorers.any),
      none: scoresOf(scorers.none),
    });
  };
  const distance: Scorer['distance'] = (descriptor, row) => {
    const distancesOf = (parts: Scorer[]) => parts.map((part) => part.distance(descriptor, row));
    const nearest = scorers.any.length > 0 ? Math.min(...distancesOf(scorers.any)) : 0;
    return Math.max(0, nearest, ...distancesOf(scorers.all));
  };
  return {
    score,
    distance,
    value: metric === 'SCORE' ? score : (descriptor, row) => -distance(descriptor, row),
    weights: null,
    upperBound: () => Number.POSITIVE_INFINITY,
    indexVectors: positive.flatMap(({ indexVectors }) => indexVectors),
    curve: CONFIDENCE_CURVES.CONCEPT,
    metric,
    active,
  };

  function asScorer(term: ConceptTerm): Scorer {
    return conceptScorer(term, context);
  }
}

/**
 * How far a float32 inner product of weights and a descriptor can be from the true one, in any order of summation:
 * P·2⁻²⁴·|e|·|x| (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1), with |x| = √P. Doubled, which
 * covers the rounding of x to float16 and of the exact value itself.
 */
function roundingBound(weights: Float32Array): number {
  const probes = weights.length;
  return 2 * probes * 2 ** -24 * Math.sqrt(dot(weights, weights)) * Math.sqrt(probes);
}

function linearScorer(
  weights: Float32Array,
  scaleOf: (row: number) => number,
  query: Float32Array,
  k: number,
  curve: ConfidenceCurve | null,
  context: ScorerContext,
): Scorer {
  const { metric, active } = context;
  const top = topProbes(query, k);
  const score: Scorer['score'] = (descriptor, row) => dot(weights, descriptor) * scaleOf(row);
  const distance: Scorer['distance'] = (descriptor, row) =>
    asymmetricDiscrepancy(query, descriptor, top, context.certaintyOf(row));
  const slack = roundingBound(weights);
  return {
    score,
    distance,
    weights: metric === 'SCORE' ? weights : null,
    upperBound: (product, row) => (product + slack) * scaleOf(row),
    value: metric === 'SCORE' ? score : (descriptor, row) => -distance(descriptor, row),
    indexVectors: active ? [indexQuery(active.snapshot.basis, weights)] : [],
    curve,
    metric,
    active,
  };
}
