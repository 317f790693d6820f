/**
 * The leading directions of a probe set's gallery: design 3.5. Index and text candidates share it, probes are chosen for
 * what they tell of it, and models are sorted into families by it. Models are completed by the families' own directions
 * (`response-prior.ts`): docs/collaborative-probing.md says why.
 */
export interface Basis {
  /** Changes with every fit: scores under different versions are not compared. */
  version: string;
  /** P */
  probes: number;
  /** r */
  rank: number;
  /** P × r, row after row; orthonormal columns. */
  vectors: Float32Array;
  /** r eigenvalues of XᵀX/N, descending, positive. */
  eigenvalues: Float32Array;
}

const MAX_DIRECTIONS = 300;

/**
 * How many directions a gallery earns: a quarter of its logits, at most 300 (design 3.5: 200–300 are enough), and at
 * most half of the probes, beyond which directions are noise.
 */
export function basisRank(logits: number, probes: number): number {
  return Math.max(1, Math.min(MAX_DIRECTIONS, Math.floor(logits / 4), Math.floor(probes / 2)));
}
