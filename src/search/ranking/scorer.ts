import {
  asymmetricDiscrepancy,
  CONFIDENCE_CURVES,
  type ConfidenceCurve,
  expressionScore,
  LOGIT_TOP_K,
  TEXT_TOP_K,
  topProbes,
  zscore,
} from '../../domain/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { RowFile } from '../gallery/row-file.js';
import type { RowProjections } from '../gallery/row-projections.js';
import { type RowWeights, rowWeights } from '../kernel/half-rows.js';
import type { ConceptTerm, ExpressionQuery, SearchMetric } from '../search-query.js';
import type { BasisProducts } from '../snapshot/basis-products.js';
import type { Snapshot } from '../snapshot/snapshot.js';

/** The snapshot in use, with the projections of all rows and of queries under its basis. */
export interface ActiveSnapshot {
  snapshot: Snapshot;
  projections: RowProjections;
  products: BasisProducts;
}

/**
 * Scores descriptors for one query, with everything that is computed once per query. It keeps the snapshot that it
 * started with, so that one search never mixes two bases.
 */
export interface Scorer {
  /** Weights whose products with a descriptor determine its score: one vector per concept. */
  terms: readonly RowWeights[];
  /**
   * The score of a row; higher is better.
   *
   * @param products of each term with some rows, of which this one is at `place`
   */
  score(products: readonly Float64Array[], place: number, row: number): number;
  /** The paper's discrepancy. */
  distance(row: number): number;
  /** The query in the index's space, one vector per concept; empty without a basis. */
  indexVectors(): Float32Array[];
  /** For a query by logit: maps how far a score stands out to confidence; null when no curve was fitted. */
  curve: ConfidenceCurve | null;
  metric: SearchMetric;
  active: ActiveSnapshot | null;
}

/** What a scorer needs to know of the request and the gallery. */
export interface ScorerContext {
  metric: SearchMetric;
  active: ActiveSnapshot | null;
  rows: RowFile;
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
  return linearScorer(weights, () => scale, descriptor, TEXT_TOP_K, null, context);
}

/**
 * Scores by a logit: the cosine of whitened descriptors, or of the descriptors while the gallery has no basis
 * (docs/architecture.md, formula 5). No confidence curve was fitted for the latter.
 *
 * @param row of the logit
 */
export async function logitScorer(
  descriptor: Float32Array,
  row: number,
  context: ScorerContext,
): Promise<Scorer> {
  if (!context.active) {
    const scale = 1 / descriptor.length;
    return linearScorer(descriptor, () => scale, descriptor, LOGIT_TOP_K, null, context);
  }
  const { snapshot, projections, products } = context.active;
  const whitened = await projections.unitVectors([row]);
  const weights = products.weightsOf(whitened.data);
  const scaleOf = (other: number) => projections.scaleOf(other);
  const linear = linearScorer(weights, scaleOf, descriptor, LOGIT_TOP_K, CONFIDENCE_CURVES.LOGIT, context);
  return { ...linear, indexVectors: () => [widened(whitened.data, snapshot.wide.rank)] };
}

/**
 * Scores by an expression of several concepts. Index vectors are those of `all` and `any`. The distance is that to the
 * furthest concept of `all` and the nearest of `any`.
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
  const scorers = [...all, ...any, ...none].map((term) => conceptScorer(term, context));
  const positive = scorers.slice(0, all.length + any.length);
  const score: Scorer['score'] = (products, place, row) => {
    const scores = scorers.map((part, term) => part.score([products[term]], place, row));
    return expressionScore({
      all: scores.slice(0, all.length),
      any: scores.slice(all.length, positive.length),
      none: scores.slice(positive.length),
    });
  };
  const distance: Scorer['distance'] = (row) => {
    const distances = positive.map((part) => part.distance(row));
    const nearest = any.length > 0 ? Math.min(...distances.slice(all.length)) : 0;
    return Math.max(0, nearest, ...distances.slice(0, all.length));
  };
  return {
    terms: scorers.flatMap(({ terms }) => terms),
    score,
    distance,
    indexVectors: () => positive.flatMap((part) => part.indexVectors()),
    curve: null,
    metric,
    active,
  };
}

function linearScorer(
  weights: Float32Array,
  scaleOf: (row: number) => number,
  query: Float32Array,
  k: number,
  curve: ConfidenceCurve | null,
  { metric, active, rows, certaintyOf }: ScorerContext,
): Scorer {
  const top = topProbes(query, k);
  const descriptor = new Float32Array(query.length);
  return {
    terms: [rowWeights(weights)],
    score: ([products], place, row) => products[place] * scaleOf(row),
    distance: (row) =>
      asymmetricDiscrepancy(query, rows.readProbes(row, top, descriptor), top, certaintyOf(row)),
    indexVectors: () => (active ? [active.products.indexQuery(weights)] : []),
    curve,
    metric,
    active,
  };
}

/** The vector with zeros behind it: scores by logit have no part outside the basis. */
function widened(vector: Float32Array, length: number): Float32Array {
  const wide = new Float32Array(length);
  wide.set(vector);
  return wide;
}
