import { describe, expect, it } from 'vitest';
import {
  ANSWER_CURVES,
  answerConfidence,
  answerSupport,
  bestNameMatch,
  fitOf,
  matchOf,
  random,
  scoreSpread,
  shareAtMost,
  standings,
  strongestResponses,
} from '../../src/domain/index.js';

const next = random(5);
const SPREAD = scoreSpread(Float64Array.from({ length: 1_000 }, () => next() + next() + next()));

/** 100 probes, of which one answer responds to one. */
function peakAt(probe: number): Float32Array {
  const values = new Float32Array(100).fill(-0.1);
  values[probe] = 9.9;
  return values;
}

describe('the strongest responses', () => {
  it('are where the results respond, and match a query for what these probes show', () => {
    const strongest = strongestResponses([peakAt(3), peakAt(3), peakAt(7)]);
    expect(Math.hypot(...strongest.weights)).toBeCloseTo(1, 9);
    expect(matchOf(strongest, peakAt(3))).toBeGreaterThan(matchOf(strongest, peakAt(7)));
    expect(matchOf(strongest, peakAt(7))).toBeGreaterThan(0.2);
    expect(matchOf(strongest, peakAt(50))).toBeLessThan(0.01);
  });

  it('are matched by each name as by a query', () => {
    const strongest = strongestResponses([peakAt(3)]);
    const names = [peakAt(50), peakAt(3), peakAt(7)];
    const data = new Float32Array(300);
    for (const [name, weights] of names.entries())
      for (const [probe, weight] of weights.entries()) data[probe * 3 + name] = weight / 100;
    expect(bestNameMatch(strongest, { rows: 100, columns: 3, data })).toBeCloseTo(
      matchOf(strongest, peakAt(3)),
      5,
    );
  });

  it('of results that respond to nothing match nothing', () => {
    expect(matchOf(strongestResponses([new Float32Array(100)]), peakAt(3))).toBe(0);
  });
});

describe.each(['TEXT', 'IMAGE'] as const)('confidence by %s', (kind) => {
  const curve = ANSWER_CURVES[kind];
  const certain = { score: 0.5, match: 0.6, naming: 0, shown: 0.9 };
  const confidenceAt = (score: number, signals: Parameters<typeof answerSupport>[0] = certain) =>
    answerConfidence(score, SPREAD, answerSupport(signals, curve), curve);

  it('falls with the score, from one result of a query to the next', () => {
    const falling = [12, 4, 3, 2.5, 2, 1.6, 1].map((score) => confidenceAt(score));
    expect(falling).toEqual([...falling].sort((a, b) => b - a));
    expect(falling[0]).toBeGreaterThan(0.5);
    expect(falling.at(-1)).toBeLessThan(0.05);
  });

  it('is lower when other probes excite the results, or another name fits them better', () => {
    for (const doubt of [{ match: 0.1 }, { naming: -0.3 }])
      expect(confidenceAt(3, { ...certain, ...doubt })).toBeLessThan(confidenceAt(3));
  });

  it('does not depend on the scale of scores', () => {
    const { middle, below, above, tail } = SPREAD;
    const tenfold = { middle: 10 * middle, below: 10 * below, above: 10 * above, tail: 10 * tail };
    const support = answerSupport(certain, curve);
    expect(answerConfidence(30, tenfold, support, curve)).toBeCloseTo(confidenceAt(3), 9);
  });

  it('counts the vocabulary as it typically is before it was read', () => {
    expect(confidenceAt(3, { ...certain, naming: null })).toBe(
      confidenceAt(3, { ...certain, naming: curve.unnamed }),
    );
  });
});

it('is 0 where all scores are the same', () => {
  const flat = scoreSpread(new Float64Array(100));
  expect(answerConfidence(1, flat, 5, ANSWER_CURVES.TEXT)).toBe(0);
  expect(standings(1, flat)).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
});

it('says how a gallery answers, and why not better', () => {
  const limits = { good: 0.7, weak: 0.1, shown: 0.3, weakUnshown: 0.2 };
  expect(fitOf(0.7, 0.01, limits)).toEqual({ fit: 'GOOD', reason: null });
  expect(fitOf(0.15, 1, limits)).toEqual({ fit: 'WEAK', reason: 'NOTHING_STANDS_OUT' });
  expect(fitOf(0.05, 1, limits)).toEqual({ fit: 'NOT_REPRESENTED', reason: 'NOTHING_STANDS_OUT' });
  expect(fitOf(0.15, 0.2, limits)).toEqual({
    fit: 'NOT_REPRESENTED',
    reason: 'PROBES_DO_NOT_SHOW_IT',
  });
});

it('finds the share of sorted values that are at most one', () => {
  const sorted = Float32Array.of(1, 2, 2, 3);
  expect([0, 1, 2, 5].map((value) => shareAtMost(sorted, value))).toEqual([0, 0.25, 0.75, 1]);
});
