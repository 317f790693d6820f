import { dotAt } from '../linalg/inner-product.js';
import { type Matrix, multiply } from '../linalg/matrix.js';
import type { Basis } from './basis.js';

/** Partial whitening: eigenvalues to the power −1/4, half of the exponent of full whitening. */
export const EXPONENT = -0.25;

/** Bᵀx, each direction j times λ_j^power. */
function project(basis: Basis, x: Float32Array, power: number): Float32Array {
  const { probes, rank, vectors } = basis;
  const row: Matrix = { rows: 1, columns: probes, data: x };
  return scaled(basis, multiply(row, { rows: probes, columns: rank, data: vectors }).data, power);
}

/** Each direction j times λ_j^power, in place. */
function scaled({ eigenvalues }: Basis, projected: Float32Array, power: number): Float32Array {
  for (let direction = 0; direction < projected.length; direction++)
    projected[direction] *= eigenvalues[direction] ** power;
  return projected;
}

/** BΛ^{-1/4}, P × r: whitens many descriptors by one product, before scaling to unit length. */
export function whiteningMatrix(
  { probes, rank, vectors, eigenvalues }: Basis,
  exponent: number = EXPONENT,
): Matrix {
  const data = vectors.map((value, index) => value * eigenvalues[index % rank] ** exponent);
  return { rows: probes, columns: rank, data };
}

/** |Λ^{-1/4}Bᵀx|, the length that {@link whiten} divides by. */
export function whitenedNorm(basis: Basis, descriptor: Float32Array): number {
  return Math.hypot(...project(basis, descriptor, EXPONENT));
}

/** The index vector `unit(Λ^{-1/4}Bᵀx)` of a descriptor: r values (docs/architecture.md, formula 5). */
export function whiten(basis: Basis, descriptor: Float32Array): Float32Array {
  const projected = project(basis, descriptor, EXPONENT);
  const length = Math.hypot(...projected);
  return length === 0 ? projected : projected.map((value) => value / length);
}

/**
 * The weights e of a query by logit: `⟨e, x⟩ / whitenedNorm(x)` is the cosine of the whitened q and x,
 * `e = B Λ^{-1/2} Bᵀ q / |Λ^{-1/4}Bᵀq|`.
 *
 * @param descriptor q, P
 * @returns P weights
 */
export function logitQuery(basis: Basis, descriptor: Float32Array): Float32Array {
  return weightsOfWhitened(basis, whiten(basis, descriptor));
}

/** The same for a descriptor that is whitened already. @param whitened {@link whiten} of q */
export function weightsOfWhitened(basis: Basis, whitened: Float32Array): Float32Array {
  const { probes, rank, vectors } = basis;
  const directions = Float64Array.from(scaled(basis, whitened.slice(), EXPONENT));
  return Float32Array.from({ length: probes }, (_, probe) => dotAt(vectors, probe * rank, directions));
}

/** A linear query e in the index's space: `Λ^{1/4}Bᵀe`, r values. */
export function indexQuery(basis: Basis, weights: Float32Array): Float32Array {
  return project(basis, weights, -EXPONENT);
}
