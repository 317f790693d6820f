import { describe, expect, it } from 'vitest';
import { dOptimalProbes } from '../../bench/collaborative/d-optimal-probes.js';
import type { CurvePoint } from '../../bench/collaborative/measure-curve.js';
import { plotOf } from '../../bench/collaborative/plot.js';
import { masked } from '../../bench/collaborative/schemes.js';
import { smallestShares } from '../../bench/collaborative/smallest-share.js';

const point = (scheme: string, share: number, top1: number): CurvePoint => ({
  row: 'logit-logit',
  probeSet: 'set',
  scheme,
  share,
  top1,
  top5: top1,
  ci95: [0, 100],
});

describe('the smallest share', () => {
  it('is the last before top-1 falls too far, whatever comes behind', () => {
    const curve = [
      point('full', 1, 90),
      point('adaptive', 0.1, 89),
      point('adaptive', 0.5, 89.5),
      point('adaptive', 0.2, 80),
      point('random', 0.5, 70),
    ];
    expect(smallestShares(curve, 2).map(({ scheme, share }) => [scheme, share])).toEqual([
      ['adaptive', 0.5],
      ['random', null],
    ]);
  });
});

it('draws a line for each scheme in a panel for each row', () => {
  const svg = plotOf([point('full', 1, 90), point('adaptive', 0.1, 80)]);
  expect(svg).toContain('logit-logit, set');
  expect(svg).toContain('points="0.0,34.0 250.0,17.0"');
});

it('takes what is least known first by the D-optimal choice', () => {
  const factor = { rows: 3, columns: 1, data: Float32Array.of(1, 0.9, 0) };
  expect([...dOptimalProbes({ factor, noise: Float32Array.of(0.1, 0.1, 9) }, 2)]).toEqual([2, 0]);
});

it('leaves NaN where a probe was not run', () => {
  const { data } = masked({ rows: 1, columns: 3, data: Float32Array.of(1, 2, 3) }, Uint32Array.of(1));
  expect([...data]).toEqual([Number.NaN, 2, Number.NaN]);
});
