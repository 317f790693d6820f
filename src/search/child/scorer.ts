import {
  asymmetricDiscrepancy,
  dot,
  indexQuery,
  LOGIT_TOP_K,
  logitQuery,
  sharpenConcept,
  TEXT_TOP_K,
  topProbes,
  zscore,
} from '../../domain/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { SearchMetric } from '../search-query.js';
import type { RowScales } from './row-scales.js';
import type { Snapshot } from './snapshot.js';

/** A basis in use, with the scales that belong to it. */
export interface SnapshotInUse {
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
  distance(descriptor: Float32Array): number;
  /** What orders the results, higher first: the score, or the negative distance. */
  value(descriptor: Float32Array, row: number): number;
  /** The weights whose product with a descriptor decides the order; null when it is not decided by a product. */
  weights: Float32Array | null;
  /** The most that `value` can be, when the product with `weights` comes to `product` in float32 arithmetic. */
  atMost(product: number, row: number): number;
  /** The question in the index's space; null without a basis. */
  indexVector: Float32Array | null;
  inUse: SnapshotInUse | null;
}

/** A concept as a question (design 3.4). @throws ProbelogError INPUT_INVALID when it tells no probe from another */
export function conceptScorer(
  cosines: Float32Array,
  metric: SearchMetric,
  inUse: SnapshotInUse | null,
): Scorer {
  const descriptor = zscore(cosines);
  const weights = sharpenConcept(cosines);
  if (!descriptor || !weights) {
    throw new ProbelogError(
      'INPUT_INVALID',
      'The concept is equally near to all probes, so nothing can be found by it.',
    );
  }
  const scale = 1 / cosines.length;
  return scorer(weights, () => scale, descriptor, TEXT_TOP_K, metric, inUse);
}

/** A logit as a question: whitened cosine, and while the gallery is cold the plain one (design 3.5a). */
export function logitScorer(
  descriptor: Float32Array,
  metric: SearchMetric,
  inUse: SnapshotInUse | null,
): Scorer {
  if (!inUse) {
    const scale = 1 / descriptor.length;
    return scorer(descriptor, () => scale, descriptor, LOGIT_TOP_K, metric, null);
  }
  const { snapshot, scales } = inUse;
  const weights = logitQuery(snapshot.basis, descriptor);
  return scorer(weights, (row) => scales.of(row), descriptor, LOGIT_TOP_K, metric, inUse);
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

function scorer(
  weights: Float32Array,
  scaleOf: (row: number) => number,
  query: Float32Array,
  k: number,
  metric: SearchMetric,
  inUse: SnapshotInUse | null,
): Scorer {
  const top = topProbes(query, k);
  const score: Scorer['score'] = (descriptor, row) => dot(weights, descriptor) * scaleOf(row);
  const distance: Scorer['distance'] = (descriptor) => asymmetricDiscrepancy(query, descriptor, top);
  const slack = roundingBound(weights);
  return {
    score,
    distance,
    weights: metric === 'SCORE' ? weights : null,
    atMost: (product, row) => (product + slack) * scaleOf(row),
    value: metric === 'SCORE' ? score : (descriptor) => -distance(descriptor),
    indexVector: inUse && indexQuery(inUse.snapshot.basis, weights),
    inUse,
  };
}
