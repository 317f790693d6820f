import { dot, type PriorFamily, rowOf } from '../../src/domain/index.js';

/** P × P: `W Wᵀ + diag(n)`, the whole covariance of a family's responses. */
export function covarianceOf({ factor, noise }: Pick<PriorFamily, 'factor' | 'noise'>): number[][] {
  const rows = Array.from(noise, (_, probe) => rowOf(factor, probe));
  return rows.map((row, p) => rows.map((other, q) => dot(row, other) + (p === q ? noise[p] : 0)));
}
