import { expect, it } from 'vitest';
import {
  looksLikeProbabilities,
  looksLikeSigmoids,
  probabilitiesToLogits,
  probabilityScale,
  sigmoidsToLogits,
} from '../../src/domain/index.js';

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

it('recognizes percentages and independent sigmoids by their values', () => {
  expect(probabilityScale(matrix(25, 100, 75, 0))).toBe(100);
  expect(probabilityScale(matrix(0.25, 1, 0.75, 0))).toBe(1);
  expect(probabilityScale(matrix(25, 50, 50, 0))).toBeNull();
  const many = (value: (index: number) => number) => ({
    rows: 2,
    columns: 40,
    data: Float32Array.from({ length: 80 }, (_, index) => value(index)),
  });
  expect(looksLikeSigmoids(many((index) => (index % 40) / 40))).toBe(true);
  expect(looksLikeSigmoids(many((index) => (index < 40 ? index / 40 : 1 - (index - 40) / 40)))).toBe(false);
  expect(looksLikeSigmoids(many((index) => index / 20))).toBe(false);
  expect(looksLikeSigmoids(many((index) => 0.5 + index / 1000))).toBe(false);
});

it('turns sigmoids into their logits, and keeps 0 and 1 away from infinity by a stated distance', () => {
  const exact = sigmoidsToLogits(matrix(0.5, 0.25, 0.75, 0.9));
  expect(exact.floor).toBeNull();
  expect([...exact.logits.data].map((x) => x.toFixed(4))).toEqual(
    [0, Math.log(1 / 3), Math.log(3), Math.log(9)].map((x) => x.toFixed(4)),
  );
  const { logits, floor } = sigmoidsToLogits(matrix(0, 0.25, 0.5, 1));
  expect(floor).toBeCloseTo(0.125);
  expect(logits.data[0]).toBeCloseTo(Math.log(0.125 / 0.875));
  expect(logits.data[3]).toBeCloseTo(Math.log(1 / 0.125));
});
