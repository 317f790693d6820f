import {
  asymmetricDiscrepancy,
  dot,
  logitQuery,
  rowOf,
  sharpenConcept,
  topProbes,
  zscore,
} from '../../src/domain/index.js';
import type { BenchGallery } from './gallery.js';

/** A value for every logit of a gallery, higher is better. */
export type Scores = Float32Array;

/** Our score of a logit as a query, as `src/search` computes it. */
export function ourLogitScores({ fixed, basis, scales }: BenchGallery, query: number): Scores {
  const weights = logitQuery(basis, rowOf(fixed, query));
  return Float32Array.from(scales, (scale, row) => dot(weights, rowOf(fixed, row)) * scale);
}

/** Our score of a concept, as `src/search` computes it. */
export function ourConceptScores({ fixed }: BenchGallery, cosines: Float32Array): Scores {
  const weights = sharpenConcept(cosines) ?? cosines;
  return Float32Array.from({ length: fixed.rows }, (_, row) => dot(weights, rowOf(fixed, row)));
}

/** The paper's discrepancy of a logit to all others, on raw standardised responses. */
export function paperLogitScores({ plain }: BenchGallery, query: number, k: number): Scores {
  return paperScores({ plain }, rowOf(plain, query), k);
}

/** The paper's discrepancy of a concept to all logits. */
export function paperConceptScores({ plain }: BenchGallery, cosines: Float32Array, k: number): Scores {
  return paperScores({ plain }, zscore(cosines) ?? cosines, k);
}

function paperScores({ plain }: Pick<BenchGallery, 'plain'>, query: Float32Array, k: number): Scores {
  const top = topProbes(query, k);
  return Float32Array.from(
    { length: plain.rows },
    (_, row) => -asymmetricDiscrepancy(query, rowOf(plain, row), top),
  );
}
