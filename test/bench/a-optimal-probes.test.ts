import { expect, it } from 'vitest';
import { aOptimalProbes } from '../../bench/collaborative/a-optimal-probes.js';
import { type Matrix, random } from '../../src/domain/index.js';
import { greedyOrder } from '../domain/greedy-order.js';

const PROBES = 31;
const DIRECTIONS = 6;
const AIMS = 5;

function drawn(rows: number, columns: number, seed: number): Matrix {
  const next = random(seed);
  return { rows, columns, data: Float32Array.from({ length: rows * columns }, () => next() - 0.5) };
}

const family = {
  factor: drawn(PROBES, DIRECTIONS, 1),
  noise: drawn(1, PROBES, 2).data.map((value) => 0.6 + value),
};
const target = drawn(PROBES, AIMS, 3);

/** What a probe tells of the aims, by the definition. */
function told(k: number[][], probe: number): number {
  let sum = 0;
  for (let aim = 0; aim < AIMS; aim++)
    sum += k[probe].reduce((along, value, q) => along + value * target.data[q * AIMS + aim], 0) ** 2;
  return sum / k[probe][probe];
}

it('takes the probe that tells most beside those before it', () => {
  expect([...aOptimalProbes(family, target, PROBES - 1)]).toEqual(greedyOrder(family, PROBES - 1, told));
});

it('leaves aside a probe that is uncertain and tells nothing of what is searched by', () => {
  const factor: Matrix = { rows: 3, columns: 1, data: Float32Array.of(1, 0.9, 0) };
  const noise = Float32Array.of(0.1, 0.1, 9);
  expect([...aOptimalProbes({ factor, noise }, factor, 3)]).toEqual([0, 1, 2]);
});
