import { expect, it } from 'vitest';
import { dOptimalProbes, type Matrix, random } from '../../src/domain/index.js';
import { greedyOrder } from './greedy-order.js';

const PROBES = 31;
const DIRECTIONS = 6;
const next = random(1);
const factor: Matrix = {
  rows: PROBES,
  columns: DIRECTIONS,
  data: Float32Array.from({ length: PROBES * DIRECTIONS }, () => next() - 0.5),
};
const family = { factor, noise: Float32Array.from({ length: PROBES }, () => 0.1 + next() / 4) };

it('takes the probe of which least is known from those before it', () => {
  expect([...dOptimalProbes(family, PROBES - 1)]).toEqual(
    greedyOrder(family, PROBES - 1, (k, probe) => k[probe][probe]),
  );
});

it('names every probe once, and no more than there are', () => {
  expect(new Set(dOptimalProbes(family, 100)).size).toBe(PROBES);
  expect(dOptimalProbes(family, 100)).toHaveLength(PROBES);
});

it('takes one that nothing tells of before one that others tell of', () => {
  const alone = {
    factor: { rows: 3, columns: 1, data: Float32Array.of(1, 0.9, 0) },
    noise: Float32Array.of(0.1, 0.1, 9),
  };
  expect([...dOptimalProbes(alone, 2)]).toEqual([2, 0]);
});
