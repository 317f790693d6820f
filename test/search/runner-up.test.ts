import { expect, it } from 'vitest';
import { CONFIDENCE_CURVES } from '../../src/domain/index.js';
import { runnerUpScore } from '../../src/search/ranking/to-result.js';

/** Two models: rows 0–3, of which row 2 is degenerate, and row 4. */
const SCORES = [5, 3, 9, 4, 7];
const ENTRIES = [
  { modelId: 'a', firstRow: 0, rows: 4, degenerate: [2], skewness: null },
  { modelId: 'b', firstRow: 4, rows: 1, degenerate: [], skewness: null },
];

const siblings = {
  entryAt: (row: number) => ENTRIES.find(({ firstRow, rows }) => row >= firstRow && row < firstRow + rows),
};
const prepared = {
  scorer: { curve: CONFIDENCE_CURVES.LOGIT },
  scores: { scoresOf: (rows: Uint32Array) => Float64Array.from(rows, (row) => SCORES[row]) },
};

it('is the best other output of the answer’s model that has a descriptor', () => {
  expect(runnerUpScore(siblings, prepared, { row: 0 })).toBe(4);
  expect(runnerUpScore(siblings, prepared, { row: 3 })).toBe(5);
});

it('looks at some outputs of a large model, spread evenly', () => {
  const scored: number[] = [];
  const scores = {
    scoresOf(rows: Uint32Array) {
      scored.push(...rows);
      return Float64Array.from(rows);
    },
  };
  const large = { entryAt: () => ({ firstRow: 0, rows: 1_000, degenerate: [] }) };
  const best = runnerUpScore(large, { ...prepared, scores }, { row: 999 });
  expect(scored.length).toBeLessThanOrEqual(64);
  expect(best).toBeGreaterThan(950);
});

it('does not exist for a model’s only output, nor for a query without a curve', () => {
  expect(runnerUpScore(siblings, prepared, { row: 4 })).toBeUndefined();
  const concept = { ...prepared, scorer: { curve: null } };
  expect(runnerUpScore(siblings, concept, { row: 0 })).toBeUndefined();
});
