import { expect, it } from 'vitest';
import { evidence, expectedAccuracy, skewness } from '../../src/domain/index.js';

it('is higher for an output that answers to few probes strongly', () => {
  const specific = skewness(Float32Array.of(3, -1, -1, -1, 0, 0));
  const even = skewness(Float32Array.of(1, -1, 1, -1, 0, 0));
  expect(specific).toBeGreaterThan(even);
  expect(expectedAccuracy(specific, 1)).toBeGreaterThan(expectedAccuracy(even, 1));
  expect(expectedAccuracy(1, 3)).toBeGreaterThan(expectedAccuracy(1, 1));
  expect(expectedAccuracy(40, 40)).toBeLessThanOrEqual(1);
});

it('gives evidence by parts that add up to the correlation, the largest first', () => {
  const parts = evidence(Float32Array.of(1, -1, 0, 2), Float32Array.of(1, -2, 5, 1), 4);
  expect(parts.map(({ probe }) => probe)).toEqual([1, 3, 0, 2]);
  expect(parts.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(5 / 4);
});
