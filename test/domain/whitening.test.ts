import { expect, it } from 'vitest';
import {
  dot,
  fitBasis,
  indexQuery,
  linearScore,
  logitQuery,
  type Matrix,
  multiplyGram,
  random,
  rowOf,
  whiten,
  whitenedNorm,
} from '../../src/domain/index.js';

const PROBES = 30;
const next = random(2);
/** Rows that lie in 6 directions of falling strength. */
const directions = Array.from({ length: 6 }, () => Float32Array.from({ length: PROBES }, () => next() - 0.5));
const gallery: Matrix = { rows: 200, columns: PROBES, data: new Float32Array(200 * PROBES) };
for (let row = 0; row < gallery.rows; row++) {
  directions.forEach((direction, strength) => {
    const weight = (next() - 0.5) / (strength + 1);
    for (let probe = 0; probe < PROBES; probe++)
      gallery.data[row * PROBES + probe] += weight * direction[probe];
  });
}
const basisOfRank = (rank: number) =>
  fitBasis({ probes: PROBES, rank, seed: 3, version: 'a', multiply: multiplyGram(gallery) });

it('fits orthonormal columns that are eigenvectors of XᵀX/N, strongest first', async () => {
  const basis = await basisOfRank(4);
  const column = (index: number) =>
    Float32Array.from({ length: PROBES }, (_, p) => basis.vectors[p * basis.rank + index]);
  const multiplied = await multiplyGram(gallery)({ rows: PROBES, columns: basis.rank, data: basis.vectors });
  for (let a = 0; a < basis.rank; a++) {
    for (let b = 0; b < basis.rank; b++) expect(dot(column(a), column(b))).toBeCloseTo(a === b ? 1 : 0, 4);
    for (let probe = 0; probe < PROBES; probe++) {
      const expected = basis.eigenvalues[a] * basis.vectors[probe * basis.rank + a];
      expect(multiplied.data[probe * basis.rank + a]).toBeCloseTo(expected, 4);
    }
    if (a > 0) expect(basis.eigenvalues[a]).toBeLessThanOrEqual(basis.eigenvalues[a - 1]);
  }
});

it('returns no more directions than the gallery has', async () => {
  expect((await basisOfRank(12)).rank).toBe(6);
});

it('gives the same basis for the same seed', async () => {
  expect((await basisOfRank(4)).vectors).toEqual((await basisOfRank(4)).vectors);
});

it('makes the cosine of whitened descriptors a linear score', async () => {
  const basis = await basisOfRank(4);
  const [q, x] = [rowOf(gallery, 0), rowOf(gallery, 1)];
  const cosine = dot(whiten(basis, q), whiten(basis, x));
  expect(linearScore(logitQuery(basis, q), x, 1 / whitenedNorm(basis, x))).toBeCloseTo(cosine, 4);
  expect(dot(indexQuery(basis, logitQuery(basis, q)), whiten(basis, x))).toBeCloseTo(cosine, 4);
});
