import { expect, it } from 'vitest';
import { sharpen, zscore } from '../../src/domain/index.js';

it('weighs probes without regard to the scale of the values', () => {
  const wide = sharpen(Float32Array.of(0.1, 0.5, 0.9), 1);
  const narrow = sharpen(Float32Array.of(0.21, 0.25, 0.29), 1);
  expect(wide?.[2]).toBeCloseTo(narrow?.[2] ?? 0, 3);
});

it('draws the low values together and the high ones apart', () => {
  const [low, middle, high] = sharpen(Float32Array.of(-1, 0, 1), 1) ?? [];
  expect(high - middle).toBeGreaterThan(2 * (middle - low));
});

it('gives nothing for values that tell no probe from another', () => {
  expect(sharpen(Float32Array.of(1, 1), 1)).toBeNull();
  expect(zscore(Float32Array.of(1, Infinity))).toBeNull();
});
