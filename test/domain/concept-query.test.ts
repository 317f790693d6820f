import { expect, it } from 'vitest';
import {
  conceptContrast,
  conceptQuery,
  regressionMatrix,
  rowOf,
  timesVector,
  vocabularyBackground,
} from '../../src/domain/index.js';

const matrix = (rows: number[][]) => ({
  rows: rows.length,
  columns: rows[0].length,
  data: Float32Array.from(rows.flat()),
});

it('takes the soft maximum of the vocabulary as what a probe shows at all', () => {
  const levels = vocabularyBackground(
    matrix([
      [0.9, 0.1, 0.1],
      [0.8, 0.1, 0.1],
    ]),
  );
  expect(levels[0]).toBeGreaterThan(0.9);
  expect(levels[1]).toBeCloseTo(levels[2], 6);
  expect(conceptContrast(Float32Array.of(0.9, 0.5, 0.1), levels)[1]).toBeGreaterThan(0.2);
});

it('prefers the probe that stands out to the one that is near to everything', () => {
  const levels = Float32Array.of(0.9, 0.3, 0.2, 0.2);
  const contrast = conceptContrast(Float32Array.of(0.7, 0.6, 0.1, 0.1), levels);
  const weights = conceptQuery(contrast, contrast);
  expect(weights?.indexOf(Math.max(...(weights ?? [])))).toBe(1);
});

it('solves the ridge regression: A (AᵀA + μI)⁻¹ (AᵀA + μI) is A again', () => {
  const images = matrix([
    [1, 0],
    [0.6, 0.8],
    [0, 1],
    [-0.6, 0.8],
  ]);
  const regression = regressionMatrix(images);
  const means = [0.25, 0.65];
  const centered = [0, 1, 2, 3].map((row) =>
    [...rowOf(images, row)].map((value, axis) => value - means[axis]),
  );
  const scatter = (a: number, b: number) => centered.reduce((sum, row) => sum + row[a] * row[b], 0);
  const [p, q, r] = [scatter(0, 0), scatter(0, 1), scatter(1, 1)];
  const ridge = 0.1 * ((p + r) / 2 + Math.hypot((p - r) / 2, q));
  const again = timesVector(regression, Float32Array.of(p + ridge, q));
  again.forEach((value, row) => {
    expect(value).toBeCloseTo(centered[row][0], 4);
  });
});

it('has no query for a concept that is equally near to all probes', () => {
  expect(conceptQuery(new Float32Array(4), new Float32Array(4))).toBeNull();
});
