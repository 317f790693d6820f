import { describe, expect, it } from 'vitest';
import { expectedErrorAtBudget, maxAcceptedError } from '../../src/domain/index.js';
import { tinyPrior } from '../probing/support/tiny-prior.js';

const prior = { ...tinyPrior(120), expectedError: 0.2 };

describe('galleryError', () => {
  it('is the measured one from a third of the probes on, and larger after fewer', () => {
    expect(expectedErrorAtBudget(prior, 1)).toBe(0.2);
    expect(expectedErrorAtBudget(prior, 0.34)).toBe(0.2);
    const fifth = expectedErrorAtBudget(prior, 0.2);
    expect(fifth).toBeGreaterThan(0.2);
    expect(expectedErrorAtBudget(prior, 0.05)).toBeGreaterThan(fifth);
  });

  it('is known beyond the end of the order of probes, too', () => {
    const [family] = prior.families;
    const short = { ...prior, families: [{ ...family, order: family.order.slice(0, 10) }] };
    expect(expectedErrorAtBudget(short, 0.2)).toBeGreaterThan(0.2);
  });
});

describe('errorAllowed', () => {
  it('is so many times the own error, but never what hardly matters', () => {
    expect(maxAcceptedError(0.2, 2)).toBe(0.4);
    expect(maxAcceptedError(0.001, 2)).toBe(0.05);
  });
});
