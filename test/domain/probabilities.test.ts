import { expect, it } from 'vitest';
import { looksLikeProbabilities, probabilitiesToLogits } from '../../src/domain/index.js';

const matrix = (...values: number[]) => ({ rows: 2, columns: 2, data: Float32Array.from(values) });

it('recognizes probabilities by their values', () => {
  expect(looksLikeProbabilities(matrix(0.25, 1, 0.75, 0))).toBe(true);
  expect(looksLikeProbabilities(matrix(0.25, 0.5, 0.5, 0.5))).toBe(false);
  expect(looksLikeProbabilities(matrix(-1, 2, 2, -1))).toBe(false);
  expect(looksLikeProbabilities(matrix(Number.NaN, 1, 0.75, 0))).toBe(false);
});

it('bounds a lost probability by half of the smallest one seen, and says so', () => {
  const { logits, floor } = probabilitiesToLogits(matrix(0.25, 1, 0.75, 0));
  expect(floor).toBeCloseTo(0.125);
  expect(logits.data[3]).toBeCloseTo(Math.log(0.125));
  expect(logits.data[1]).toBe(0);
});
