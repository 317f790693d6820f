import { describe, expect, it } from 'vitest';
import { decidingConcept, expressionScore } from '../../src/domain/index.js';

describe('the concept that decides', () => {
  it.each([
    [
      { all: [], any: [0.2, 0.9, 0.4] },
      { of: 'any', index: 1 },
    ],
    [
      { all: [0.8, 0.3, 0.5], any: [] },
      { of: 'all', index: 1 },
    ],
    [
      { all: [0.8, 0.7], any: [0.1, 0.6] },
      { of: 'any', index: 1 },
    ],
    [
      { all: [0.5], any: [0.1, 0.6] },
      { of: 'all', index: 0 },
    ],
  ] as const)('of %j is %j, and the score is its', (scores, wanted) => {
    const { all, any } = { all: [...scores.all], any: [...scores.any] };
    expect(decidingConcept({ all, any })).toEqual(wanted);
    const decided = decidingConcept({ all, any }) ?? expect.fail();
    expect(expressionScore({ all, any, none: [] })).toBe({ all, any }[decided.of][decided.index]);
  });

  it('is none where nothing is wanted', () => {
    expect(decidingConcept({ all: [], any: [] })).toBeNull();
  });
});
