import { expect, it } from 'vitest';
import {
  CONFIDENCE_CURVES,
  confidence,
  expressionScore,
  nameStatistics,
  scoreSpread,
} from '../../src/domain/index.js';

it('rises with how far a score stands out, whatever its scale', () => {
  const standing = scoreSpread([0.1, 0.2, 0.3, 0.4, 0.5]);
  const tenfold = scoreSpread([1, 2, 3, 4, 5]);
  expect(confidence(2, standing, CONFIDENCE_CURVES.NAME)).toBeGreaterThan(0.5);
  expect(confidence(0.35, standing, CONFIDENCE_CURVES.NAME)).toBeLessThan(0.05);
  expect(confidence(20, tenfold, CONFIDENCE_CURVES.NAME)).toBeCloseTo(
    confidence(2, standing, CONFIDENCE_CURVES.NAME),
    9,
  );
});

it('knows where the best hundredth begins, and in a small gallery the fourth largest', () => {
  expect(scoreSpread(Float64Array.from({ length: 1_000 }, (_, score) => score)).tail).toBe(989);
  expect(scoreSpread(Float64Array.from({ length: 60 }, (_, score) => score)).tail).toBe(56);
});

it('counts what an answer is ahead of the runner-up, but not how far that is below the middle', () => {
  const standing = scoreSpread([1, 2, 3, 4, 5]);
  const [alone, ahead, level] = [undefined, 4, 9].map((runnerUp) =>
    confidence(9, standing, CONFIDENCE_CURVES.LOGIT, runnerUp),
  );
  expect(alone).toBeGreaterThan(ahead);
  expect(ahead).toBeGreaterThan(level);
  expect(confidence(9, standing, CONFIDENCE_CURVES.LOGIT, -100)).toBe(alone);
  expect(confidence(9, standing, CONFIDENCE_CURVES.NAME, 9)).toBe(
    confidence(9, standing, CONFIDENCE_CURVES.NAME),
  );
});

it('has none where all scores are the same', () => {
  expect(confidence(1, scoreSpread([1, 1, 1]), CONFIDENCE_CURVES.LOGIT)).toBe(0);
});

it('knows how the scores of each name lie', () => {
  const { means, deviations } = nameStatistics({ rows: 2, columns: 2, data: Float32Array.of(1, 3, 5, 5) });
  expect([...means]).toEqual([2, 5]);
  expect([...deviations]).toEqual([1, 0]);
});

it('is as good as the worst of all and the best of any, less what none reaches', () => {
  expect(expressionScore({ all: [0.5, 0.3], any: [], none: [] })).toBe(0.3);
  expect(expressionScore({ all: [], any: [0.5, 0.3], none: [] })).toBe(0.5);
  expect(expressionScore({ all: [0.6], any: [0.5, 0.3], none: [0.2, 0.1] })).toBeCloseTo(0.3);
  expect(expressionScore({ all: [0.6], any: [], none: [-0.4] })).toBe(0.6);
  expect(expressionScore({ all: [], any: [], none: [0.1] })).toBe(Number.NEGATIVE_INFINITY);
});
