import { registerEnum } from '../schema/register-enum.js';

export enum SearchMetric {
  SCORE = 'SCORE',
  ASYMMETRIC = 'ASYMMETRIC',
}

registerEnum(SearchMetric, 'SearchMetric', 'How results are ordered.', {
  SCORE: 'By score, best first: soft weights over all probes; for logits, the whitened cosine.',
  ASYMMETRIC: "By the paper's asymmetric top-k discrepancy, smallest first.",
});
