import { expect, it } from 'vitest';
import { aOptimalProbes } from '../../bench/collaborative/a-optimal-probes.js';
import { type Matrix, random } from '../../src/domain/index.js';
import { covarianceOf } from '../domain/covariance-of.js';

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

/** The definition, with the whole covariance. */
function byDefinition(count: number): number[] {
  const k = covarianceOf(family);
  const told = (p: number) => {
    let sum = 0;
    for (let aim = 0; aim < AIMS; aim++)
      sum += k[p].reduce((along, value, q) => along + value * target.data[q * AIMS + aim], 0) ** 2;
    return sum / k[p][p];
  };
  const order: number[] = [];
  while (order.length < count) {
    const left = [...k.keys()].filter((probe) => !order.includes(probe));
    const pivot = left.reduce((best, probe) => (told(probe) > told(best) ? probe : best));
    order.push(pivot);
    const column = k.map((row) => row[pivot]);
    for (const [p, row] of k.entries())
      for (let q = 0; q < PROBES; q++) row[q] -= (column[p] * column[q]) / column[pivot];
  }
  return order;
}

it('takes the probe that tells most beside those before it', () => {
  expect([...aOptimalProbes(family, target, PROBES - 1)]).toEqual(byDefinition(PROBES - 1));
});

it('leaves aside a probe that is uncertain and tells nothing of what is searched by', () => {
  const factor: Matrix = { rows: 3, columns: 1, data: Float32Array.of(1, 0.9, 0) };
  const noise = Float32Array.of(0.1, 0.1, 9);
  expect([...aOptimalProbes({ factor, noise }, factor, 3)]).toEqual([0, 1, 2]);
});
