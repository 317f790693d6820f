import { expect, it } from 'vitest';
import { random, topIndexes } from '../../src/domain/index.js';

it('finds what a full sort finds, of equals the lower index', () => {
  const next = random(4);
  const values = Float32Array.from({ length: 500 }, () => Math.floor(next() * 40));
  const sorted = [...values.keys()].sort((a, b) => values[b] - values[a] || a - b);
  for (const count of [0, 1, 5, 100, 600]) expect(topIndexes(values, count)).toEqual(sorted.slice(0, count));
});

it('takes what is lowest of all last', () => {
  expect(topIndexes([Number.NEGATIVE_INFINITY, 2, Number.NEGATIVE_INFINITY], 3)).toEqual([1, 0, 2]);
});
