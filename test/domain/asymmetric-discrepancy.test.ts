import { expect, it } from 'vitest';
import { asymmetricDiscrepancy, sharpenConcept, topProbes, zscore } from '../../src/domain/index.js';

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

it('sharpens a concept without regard to the scale of its cosines', () => {
  const wide = sharpenConcept(Float32Array.of(0.1, 0.5, 0.9));
  const narrow = sharpenConcept(Float32Array.of(0.21, 0.25, 0.29));
  expect(wide?.[2]).toBeCloseTo(narrow?.[2] ?? 0, 3);
  expect(sharpenConcept(Float32Array.of(1, 1))).toBeNull();
  expect(zscore(Float32Array.of(1, Infinity))).toBeNull();
});
