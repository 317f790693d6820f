import { describe, expect, it } from 'vitest';
import { modelSummary } from '../../src/graphql/model/model-summary.js';

const named = (text: string, confidence: number | null) => ({ text, confidence });

describe('modelSummary', () => {
  it('names what the most and surest outputs answer to first, and counts the rest', () => {
    expect(
      modelSummary([named('cat', 0.8), named('dog', 0.6), named('dog', 0.7), named('car', 0.4), null]),
    ).toBe(
      'An image classifier with 5 outputs. By its responses it recognizes most clearly: dog (2 outputs), cat. 2 outputs could not be named with a confidence of 0.5 or more.',
    );
  });

  it('orders equals by name, and stops after a dozen', () => {
    const names = 'nmlkjihgfedcba'.split('').map((letter) => named(letter, 0.9));
    expect(modelSummary(names)).toContain('a, b, c, d, e, f, g, h, i, j, k, l and 2 other concepts.');
  });

  it('says so when nothing is clear, and when the gallery is too small to tell', () => {
    expect(modelSummary([named('cat', 0.2)])).toMatch(
      /^An image classifier with 1 output\. None answers clearly/,
    );
    expect(modelSummary([null, null])).toMatch(/None answers clearly/);
    expect(modelSummary([named('cat', null), null])).toMatch(/too few logits/);
  });
});
