import { expect, it } from 'vitest';
import { CONFIDENCE_CURVES, decodeFloat16, dot, encodeFloat16 } from '../../src/domain/index.js';
import { runnerUpScore } from '../../src/search/ranking/to-result.js';

const PROBES = 2;
const WEIGHTS = Float32Array.of(1, 0);
/** Two models: rows 0–3, of which row 2 is degenerate, and row 4. */
const VALUES = encodeFloat16(Float32Array.of(5, 0, 3, 0, 9, 0, 4, 0, 7, 0));
const ENTRIES = [
  { modelId: 'a', firstRow: 0, rows: 4, degenerate: [2], skewness: null },
  { modelId: 'b', firstRow: 4, rows: 1, degenerate: [], skewness: null },
];

const siblings = {
  rows: { read: (row: number) => decodeFloat16(VALUES.subarray(row * PROBES, (row + 1) * PROBES)) },
  entryAt: (row: number) => ENTRIES.find(({ firstRow, rows }) => row >= firstRow && row < firstRow + rows),
};
const scorer = {
  curve: CONFIDENCE_CURVES.LOGIT,
  score: (descriptor: Float32Array) => dot(WEIGHTS, descriptor),
};

it('is the best other output of the answer’s model that has a descriptor', () => {
  expect(runnerUpScore(siblings, scorer, { row: 0 })).toBe(4);
  expect(runnerUpScore(siblings, scorer, { row: 3 })).toBe(5);
});

it('looks at some outputs of a large model, spread evenly', () => {
  const asked: number[] = [];
  const large = {
    rows: {
      read(row: number) {
        asked.push(row);
        return Float32Array.of(row, 0);
      },
    },
    entryAt: () => ({ firstRow: 0, rows: 1_000, degenerate: [] }),
  };
  const best = runnerUpScore(large, scorer, { row: 999 });
  expect(asked.length).toBeLessThanOrEqual(64);
  expect(best).toBeGreaterThan(950);
});

it('does not exist for a model’s only output, nor where the curve does not ask', () => {
  expect(runnerUpScore(siblings, scorer, { row: 4 })).toBeUndefined();
  const concept = { ...scorer, curve: CONFIDENCE_CURVES.CONCEPT };
  expect(runnerUpScore(siblings, concept, { row: 0 })).toBeUndefined();
});
