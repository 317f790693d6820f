import {
  asymmetricDiscrepancy,
  type Basis,
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

/** A question in numbers: everything that is computed once, before any descriptor is looked at. */
export interface Scorer {
  /** P weights e: the score of a descriptor x is ⟨e, x⟩ times its scale. */
  weights: Float32Array;
  /** Scale of the score, or null for each row's own (1 / `whitenedNorm`). */
  scale: number | null;
  /** The paper's discrepancy to a descriptor. */
  distance(descriptor: Float32Array): number;
  /** Whether `distance` orders the results. */
  byDistance: boolean;
  /** The question in the index's space; null without a basis. */
  indexVector: Float32Array | null;
}

/** A concept as a question (design 3.4). @throws ProbelogError INPUT_INVALID when it tells no probe from another */
export function conceptScorer(cosines: Float32Array, metric: SearchMetric, basis: Basis | null): Scorer {
  const descriptor = zscore(cosines);
  const weights = sharpenConcept(cosines);
  if (!descriptor || !weights) {
    throw new ProbelogError(
      'INPUT_INVALID',
      'The concept is equally near to all probes, so nothing can be found by it.',
    );
  }
  return {
    weights,
    scale: 1 / cosines.length,
    distance: distanceTo(descriptor, TEXT_TOP_K),
    byDistance: metric === 'ASYMMETRIC',
    indexVector: basis && indexQuery(basis, weights),
  };
}

/** A logit as a question: whitened cosine, and while the gallery is cold the plain one (design 3.5a). */
export function logitScorer(descriptor: Float32Array, metric: SearchMetric, basis: Basis | null): Scorer {
  const weights = basis ? logitQuery(basis, descriptor) : descriptor;
  return {
    weights,
    scale: basis ? null : 1 / descriptor.length,
    distance: distanceTo(descriptor, LOGIT_TOP_K),
    byDistance: metric === 'ASYMMETRIC',
    indexVector: basis && indexQuery(basis, weights),
  };
}

function distanceTo(query: Float32Array, k: number): (descriptor: Float32Array) => number {
  const top = topProbes(query, k);
  return (descriptor) => asymmetricDiscrepancy(query, descriptor, top);
}
