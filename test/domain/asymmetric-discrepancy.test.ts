import { expect, it } from 'vitest';
import { asymmetricDiscrepancy, topProbes } from '../../src/domain/index.js';

it('compares only the probes where the query is largest', () => {
  const query = Float32Array.of(3, 0, 2, -5);
  const top = topProbes(query, 2);
  expect([...top]).toEqual([0, 2]);
  expect(asymmetricDiscrepancy(query, Float32Array.of(3, 9, 0, 9), top)).toBeCloseTo(Math.sqrt(2));
});

it('breaks ties by the lower index and takes no more probes than there are', () => {
  expect([...topProbes(Float32Array.of(1, 1, 1), 2)]).toEqual([0, 1]);
  expect(topProbes(Float32Array.of(1, 2), 9)).toHaveLength(2);
});

it('counts a difference less where the descriptor is completed and uncertain', () => {
  const query = Float32Array.of(2, 2);
  const top = topProbes(query, 2);
  const known = asymmetricDiscrepancy(query, Float32Array.of(1, 2), top, Float32Array.of(1, 0));
  const guessed = asymmetricDiscrepancy(query, Float32Array.of(2, 1), top, Float32Array.of(1, 0));
  expect(known).toBeCloseTo(asymmetricDiscrepancy(query, Float32Array.of(1, 2), top));
  expect(guessed).toBeCloseTo(known / Math.SQRT2);
});
