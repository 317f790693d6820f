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

/** The snapshot in use, with the scales of all rows under its basis. */
export interface ActiveSnapshot {
  snapshot: Snapshot;
  scales: RowScales;
}

/**
 * Scores descriptors for one query, with everything that is computed once per query. It keeps the snapshot that it
 * started with, so that one search never mixes two bases.
 */
export interface Scorer {
  /** Higher is better. */
  score(descriptor: Float32Array, row: number): number;
  /** The paper's discrepancy. */
  distance(descriptor: Float32Array, row: number): number;
  /** Orders the results, higher first: the score, or the negative distance. */
  value(descriptor: Float32Array, row: number): number;
  /** Weights whose product with a descriptor determines the order; null when no product does. */
  weights: Float32Array | null;
  /** Upper bound on `value`, given the product with `weights` in float32 arithmetic. */
  upperBound(product: number, row: number): number;
  /** The query in the index's space, one vector per concept; empty without a basis. */
  indexVectors: Float32Array[];
  /** Maps how far a score stands out to confidence; null when no curve was fitted. */
  curve: ConfidenceCurve | null;
  metric: SearchMetric;
  /** Whether a logit may be a result; absent: all may. */
  accepts?(descriptor: Float32Array, entry: GalleryEntry): boolean;
  active: ActiveSnapshot | null;
}

/** What a scorer needs to know of the request and the gallery. */
export interface ScorerContext {
  metric: SearchMetric;
  active: ActiveSnapshot | null;
  /** Certainty of each probe in a completed row; null for a row of which all probes were run. */
  certaintyOf(row: number): Float32Array | null;
}

/** Scores by a concept. @throws ProbelogError INPUT_INVALID when the concept is equally near to all probes */
export function conceptScorer({ cosines, weights }: ConceptTerm, context: ScorerContext): Scorer {
  const descriptor = zscore(cosines);
  if (!descriptor) {
    throw new ProbelogError(
      'INPUT_INVALID',
      'The concept is equally near to all probes, so it matches nothing. Use another concept.',
    );
  }
  const scale = 1 / cosines.length;
  return linearScorer(weights, () => scale, descriptor, TEXT_TOP_K, CONFIDENCE_CURVES.CONCEPT, context);
}

/**
 * Scores by a logit: the cosine of whitened descriptors, or of the descriptors while the gallery has no basis
 * (docs/architecture.md, formula 5). No confidence curve was fitted for the latter.
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
 * Scores by an expression of several concepts. The score is no inner product, so rows are scored one by one. Index
 * vectors are those of `all` and `any`. The distance is that to the furthest concept of `all` and the nearest of `any`.
 *
 * @throws ProbelogError INPUT_INVALID for `none` with ASYMMETRIC, whose distance cannot express it
 */
export function expressionScorer({ all, any, none }: ExpressionQuery, context: ScorerContext): Scorer {
  const { metric, active } = context;
  if (metric === 'ASYMMETRIC' && none.length > 0) {
    throw new ProbelogError(
      'INPUT_INVALID',
      'The metric ASYMMETRIC cannot exclude concepts. Leave out `none`, or use the metric SCORE.',
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
 * Bound on the error of a float32 inner product of weights and a descriptor, in any order of summation:
 * P·2⁻²⁴·|e|·|x| (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1), with |x| = √P. Doubled to
 * cover the rounding of x to float16 and of the exact value itself.
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
