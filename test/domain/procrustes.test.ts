import { describe, expect, it } from 'vitest';
import { alignPoints, random } from '../../src/domain/index.js';

const next = random(1);
const wanted = Float32Array.from({ length: 40 }, () => next() * 10);
const all = Array.from({ length: 20 }, (_, i) => [i, i] as const);

/** Turned, perhaps mirrored, scaled and moved. */
function moved(isMirrored: boolean): Float32Array {
  const points = new Float32Array(wanted.length);
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [wanted[i], wanted[i + 1] * (isMirrored ? -1 : 1)];
    points[i] = 3 * (Math.cos(2) * x - Math.sin(2) * y) + 100;
    points[i + 1] = 3 * (Math.sin(2) * x + Math.cos(2) * y) - 50;
  }
  return points;
}

describe('aligning points', () => {
  it.each([false, true])('undoes a rotation, scale and shift (mirrored: %s)', (isMirrored) => {
    const points = moved(isMirrored);
    alignPoints(points, wanted, all);
    points.forEach((value, i) => void expect(value).toBeCloseTo(wanted[i], 3));
  });

  it('takes the others with those that are known', () => {
    const points = moved(true);
    alignPoints(points, wanted, all.slice(0, 5));
    points.forEach((value, i) => void expect(value).toBeCloseTo(wanted[i], 2));
  });

  it('changes nothing when too few are known, or all are one', () => {
    const points = moved(false);
    alignPoints(points, wanted, all.slice(0, 2));
    expect(points).toEqual(moved(false));
    const same = new Float32Array(40).fill(1);
    alignPoints(same, wanted, all);
    expect(same).toEqual(new Float32Array(40).fill(1));
  });
});
