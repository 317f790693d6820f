import { expect, it } from 'vitest';
import { nearestProbes, neighborAgreement, random } from '../../src/domain/index.js';

const PROBES = 60;

/** Unit vectors in two bundles. */
const embeddings = (() => {
  const next = random(1);
  const data = new Float32Array(PROBES * 3);
  for (let probe = 0; probe < PROBES; probe++) {
    const row = [probe % 2, 1 - (probe % 2), 0.1].map((value) => value + 0.2 * next());
    const length = Math.hypot(...row);
    data.set(
      row.map((value) => value / length),
      probe * 3,
    );
  }
  return { rows: PROBES, columns: 3, data };
})();

const responses = (of: (probe: number) => number) => ({
  rows: 1,
  columns: PROBES,
  data: Float32Array.from({ length: PROBES }, (_, probe) => of(probe)),
});

it('the nearest probes are the others with the largest cosines', () => {
  for (const [probe, near] of nearestProbes(embeddings).entries()) {
    expect(near).toHaveLength(5);
    expect(near).not.toContain(probe);
    for (const other of near) expect(other % 2).toBe(probe % 2);
  }
});

it('responses that are alike for images that look alike agree, and others do not', () => {
  const neighbors = nearestProbes(embeddings);
  expect(
    neighborAgreement(
      responses((probe) => 7 - 2 * (probe % 2)),
      neighbors,
    ),
  ).toBeCloseTo(1);
  const next = random(2);
  expect(
    Math.abs(
      neighborAgreement(
        responses(() => next()),
        neighbors,
      ),
    ),
  ).toBeLessThan(0.5);
});

it('outputs that are constant or not finite do not count', () => {
  const neighbors = nearestProbes(embeddings);
  expect(
    neighborAgreement(
      responses(() => 1),
      neighbors,
    ),
  ).toBeNaN();
  expect(
    neighborAgreement(
      responses(() => Number.NaN),
      neighbors,
    ),
  ).toBeNaN();
});
