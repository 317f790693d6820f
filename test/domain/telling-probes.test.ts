import { describe, expect, it } from 'vitest';
import { type Matrix, random, tellingProbes } from '../../src/domain/index.js';
import { covarianceOf } from './covariance-of.js';

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
function byDefinition(count: number, start: number[]): number[] {
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
    const pivot =
      start[order.length] ?? left.reduce((best, probe) => (told(probe) > told(best) ? probe : best));
    order.push(pivot);
    const column = k.map((row) => row[pivot]);
    for (const [p, row] of k.entries())
      for (let q = 0; q < PROBES; q++) row[q] -= (column[p] * column[q]) / column[pivot];
  }
  return order;
}

describe('tellingProbes', () => {
  it('takes the probe that tells most beside those before it', () => {
    expect([...tellingProbes(family, target, PROBES - 1)]).toEqual(byDefinition(PROBES - 1, []));
  });

  it('goes on from probes that come first whatever they tell', () => {
    expect([...tellingProbes(family, target, 12, [7, 3])]).toEqual(byDefinition(12, [7, 3]));
  });
});
