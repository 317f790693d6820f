import { expect, it } from 'vitest';
import { orderStatistics, random } from '../../src/domain/index.js';

it.each([1, 2, 3, 10, 999, 1_024])('finds what sorting %i numbers puts at some places', (length) => {
  const next = random(length);
  for (let round = 0; round < 20; round++) {
    // Few different values: ties are where a selection goes wrong.
    const values = Array.from({ length }, () => (round % 2 ? next() : Math.floor(next() * 5)) - 0.5);
    const places = [0.1587, 0.5, 0.8413].map((share) => Math.floor(share * (length - 1)));
    const sorted = [...values].sort((a, b) => a - b);
    expect(orderStatistics(values, places)).toEqual(places.map((place) => sorted[place]));
  }
});

it('leaves the numbers as they are', () => {
  const values = Float64Array.of(3, 1, 2);
  expect(orderStatistics(values, [0, 2])).toEqual([1, 3]);
  expect([...values]).toEqual([3, 1, 2]);
});
