import type { Nearest } from '../../search/index.js';

/** A logit and the nearest one of the other model, by their indexes. */
export interface Match {
  index: number;
  nearest: number;
  cosine: number;
}

/** The logits whose nearest one is the least similar, that one first. Degenerate logits have none. */
export function leastMatched({ places, cosines }: Nearest, first: number): Match[] {
  return Array.from(places, (nearest, index) => ({ index, nearest, cosine: cosines[index] }))
    .filter(({ nearest }) => nearest >= 0)
    .sort((a, b) => a.cosine - b.cosine || a.index - b.index)
    .slice(0, first);
}
