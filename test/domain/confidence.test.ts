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
  expect(confidence(2, standing, CONFIDENCE_CURVES.CONCEPT)).toBeGreaterThan(0.5);
  expect(confidence(0.35, standing, CONFIDENCE_CURVES.CONCEPT)).toBeLessThan(0.05);
  expect(confidence(20, tenfold, CONFIDENCE_CURVES.CONCEPT)).toBeCloseTo(
    confidence(2, standing, CONFIDENCE_CURVES.CONCEPT),
    9,
  );
});

it('measures a concept by the spread below, which its own answers do not widen', () => {
  const rest = Array.from({ length: 8 }, (_, place) => place / 10);
  const few = scoreSpread([...rest, 0.4, 0.4]);
  const many = scoreSpread([...rest, 3, 3]);
  expect(many.above).toBeGreaterThan(2 * few.above);
  expect(many.below).toBeCloseTo(few.below, 9);
  expect(confidence(3, many, CONFIDENCE_CURVES.CONCEPT)).toBeGreaterThan(0.5);
});

it('counts what an answer is ahead of the runner-up, but not how far that is below the middle', () => {
  const standing = scoreSpread([1, 2, 3, 4, 5]);
  const [alone, ahead, level] = [undefined, 4, 9].map((runnerUp) =>
    confidence(9, standing, CONFIDENCE_CURVES.LOGIT, runnerUp),
  );
  expect(alone).toBeGreaterThan(ahead);
  expect(ahead).toBeGreaterThan(level);
  expect(confidence(9, standing, CONFIDENCE_CURVES.LOGIT, -100)).toBe(alone);
  expect(confidence(9, standing, CONFIDENCE_CURVES.CONCEPT, 9)).toBe(
    confidence(9, standing, CONFIDENCE_CURVES.CONCEPT),
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
