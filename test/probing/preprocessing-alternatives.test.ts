import { describe, expect, it } from 'vitest';
import { preprocessingAlternatives } from '../../src/probing/preprocessing/preprocessing-alternatives.js';

const WRONG = { scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] };

describe('the alternatives of a preprocessing', () => {
  const used = { ...WRONG, channelOrder: 'RGB' as const };

  it('are the usual ranges in both channel orders, without the one that was used', () => {
    expect(preprocessingAlternatives(used, false).map(({ name }) => name)).toEqual([
      '0..255, RGB',
      '0..255, BGR',
      '0..1, BGR',
      '-1..1, RGB',
      '-1..1, BGR',
      'ImageNet, RGB',
      'ImageNet, BGR',
    ]);
  });

  it('leave out one that differs by rounding only', () => {
    const rounded = { ...used, mean: [0.498, 0.498, 0.498], std: [0.502, 0.502, 0.502] };
    const names = preprocessingAlternatives(rounded, false).map(({ name }) => name);
    expect(names).not.toContain('-1..1, RGB');
    expect(names).toHaveLength(7);
  });

  it('are other channel orders only for a model that takes bytes, and ranges only for one of gray images', () => {
    expect(preprocessingAlternatives(used, true).map(({ name }) => name)).toEqual(['as they are, BGR']);
    const gray = { ...used, grayscale: true, mean: [0], std: [1] };
    expect(preprocessingAlternatives(gray, false).map(({ name }) => name)).toEqual([
      '0..255',
      '-1..1',
      'ImageNet',
    ]);
  });
});
