import { describe, expect, it } from 'vitest';
import { drawQueries } from '../../bench/accuracy/measure/measure-logits.js';
import { byRank, signedPower } from '../../bench/accuracy/measure/weightings.js';
import type { Answer } from '../../bench/accuracy/statistics/answers.js';
import { spearman } from '../../bench/accuracy/statistics/correlation.js';
import { fitCurve } from '../../bench/accuracy/statistics/fit-curve.js';
import { figures, firstRightRank } from '../../bench/accuracy/statistics/metrics.js';
import { confidenceOf, reliability } from '../../bench/accuracy/statistics/reliability.js';
import { type ConfidenceCurve, random } from '../../src/domain/index.js';

const CURVE: ConfidenceCurve = { offset: -2, slope: 1, margin: 0.5, max: 0.9 };

describe('the place of the first right answer', () => {
  const values = Float32Array.of(5, 4, 4, 3);

  it('counts allowed answers only, and equal values against us', () => {
    const isRight = (candidate: number) => candidate === 2;
    expect(firstRightRank(values, () => true, isRight)).toBe(3);
    expect(firstRightRank(values, (candidate) => candidate !== 0, isRight)).toBe(2);
  });

  it('is null when there is none', () => {
    expect(
      firstRightRank(
        values,
        () => true,
        () => false,
      ),
    ).toBeNull();
  });
});

it('leaves queries without a right answer out of the figures, and counts them', () => {
  const { top1, top5, mrr, queries, unanswerable, ci95 } = figures([1, 2, null, 10]);
  expect({ top1, top5, queries, unanswerable }).toEqual({
    top1: 33.3,
    top5: 66.7,
    queries: 3,
    unanswerable: 1,
  });
  expect(mrr).toBeCloseTo((1 + 0.5 + 0.1) / 3);
  expect(ci95).toEqual([0, 100]);
});

it('draws the same queries from the same gallery, each once', () => {
  const logits = Array.from({ length: 50 }, () => ({ model: 0, backbone: '', wnid: '', names: [] }));
  const drawn = drawQueries({ logits }, 20);
  expect(drawQueries({ logits }, 20)).toEqual(drawn);
  expect(new Set(drawn).size).toBe(20);
  expect(drawQueries({ logits }, 100)).toHaveLength(50);
});

describe('confidence', () => {
  const next = random(1);
  const answers = Array.from({ length: 4_000 }, (_, place): Answer => {
    const above = 6 * next();
    const answer = {
      query: Math.floor(place / 10),
      above,
      ahead: above * next(),
      right: false,
      place: 0,
      known: true,
    };
    return { ...answer, right: next() < confidenceOf(answer, CURVE) };
  });

  it('has little error where answers are right as often as it says, and much where they never are', () => {
    const good = reliability(answers, CURVE);
    expect(good.ece).toBeLessThan(0.04);
    expect(good.eceInterval[0]).toBeLessThanOrEqual(good.ece);
    expect(good.deciles.reduce((sum, bin) => sum + bin.answers, 0)).toBe(answers.length);
    const wrong = reliability(
      answers.map((answer) => ({ ...answer, right: false })),
      CURVE,
    );
    expect(wrong.ece).toBeCloseTo(wrong.known, 9);
  });

  it('is fitted to what was right', () => {
    const fitted = fitCurve(answers, true);
    expect(reliability(answers, fitted).ece).toBeLessThan(0.04);
    expect(Math.abs(fitted.slope - CURVE.slope)).toBeLessThan(0.3);
    expect(fitCurve(answers, false).margin).toBe(0);
  });
});

it('ranks by order alone, or keeps both tails', () => {
  const ranked = byRank(Float32Array.of(1, 100, 2, 3)) ?? [];
  expect([...ranked.keys()].sort((a, b) => ranked[a] - ranked[b])).toEqual([0, 2, 3, 1]);
  expect(byRank(Float32Array.of(1, 1))).toBeNull();
  const [low, middle, high] = signedPower(Float32Array.of(-2, 0, 2), 3) ?? [];
  expect(middle).toBeCloseTo(0);
  expect(low).toBeCloseTo(-high);
});

it('correlates ranks, with equal values sharing theirs', () => {
  expect(spearman([1, 2, 3], [10, 20, 1000])).toBeCloseTo(1);
  expect(spearman([1, 1, 2], [3, 3, 9])).toBeCloseTo(1);
});
