import { expect, it } from 'vitest';
import { minCoverage } from '../../src/graphql/logit/min-coverage.js';

it('is what the stricter of two filters asks for', () => {
  expect(minCoverage({ minCoverage: 0.2 }, { minCoverage: 0.5 })).toBe(0.5);
  expect(minCoverage(null, { minCoverage: 0 })).toBe(0);
  expect(minCoverage(undefined, {}, { minCoverage: null })).toBeUndefined();
});

it('is refused where either is out of range', () => {
  expect(() => minCoverage({ minCoverage: -1 }, { minCoverage: 0.5 })).toThrow(
    expect.objectContaining({ code: 'INPUT_INVALID' }),
  );
});
