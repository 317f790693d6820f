import { expect, it } from 'vitest';
import { doubtAbout, isClearlyBetter } from '../../src/ingest/diagnose/clear-difference.js';

const better = (one: number, other: number, images: number) =>
  isClearlyBetter({ agreement: one }, { agreement: other }, images);

it('needs a hundred images and some agreement', () => {
  expect(doubtAbout([0.11, 0.16], 30)).toMatch(/^30 images are too few/);
  expect(doubtAbout([0.08, 0.14], 256)).toMatch(/^No preprocessing has an agreement of 0\.15/);
  expect(doubtAbout([0.1, 0.4], 100)).toBeNull();
  expect(doubtAbout([Number.NEGATIVE_INFINITY], 256)).toMatch(/^No preprocessing/);
});

it('sees a clear difference only beyond its noise', () => {
  expect(better(0.4, 0.2, 256)).toBe(true);
  expect(better(0.4, 0.31, 256)).toBe(false);
  expect(better(0.18, 0.13, 256)).toBe(false);
  expect(better(0.18, 0.11, 256)).toBe(true);
  expect(better(0.18, 0.11, 100)).toBe(false);
  expect(better(0.4, Number.NaN, 100)).toBe(true);
  expect(better(Number.NaN, 0.1, 100)).toBe(false);
});
