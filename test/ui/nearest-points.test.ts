import { expect, it } from 'vitest';
import { nearestPoints } from '../../ui/src/pages/nearest-points.js';

it('the nearest points come first, and no more than wanted', () => {
  const points = Float32Array.of(0, 0, 5, 0, 0, 1, 9, 9, 1, 1);
  expect(nearestPoints(points, { x: 0, y: 0 }, 3)).toEqual([0, 2, 4]);
  expect(nearestPoints(points, { x: 9, y: 9 }, 1)).toEqual([3]);
  expect(nearestPoints(points, { x: 0, y: 0 }, 99)).toHaveLength(5);
  expect(nearestPoints(new Float32Array(), { x: 0, y: 0 }, 3)).toEqual([]);
});
