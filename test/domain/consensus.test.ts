import { expect, it } from 'vitest';
import { consensusScores } from '../../src/domain/index.js';

const cosines = (rows: number[][]) => ({
  rows: rows.length,
  columns: rows.length,
  data: Float32Array.from(rows.flat()),
});

it('pulls a lucky hit down to those that it is like', () => {
  const scores = consensusScores(
    [0.9, 0.8, 0.2],
    cosines([
      [1, 0, 0.9],
      [0, 1, 0],
      [0.9, 0, 1],
    ]),
    ['a', 'b', 'c'],
  );
  expect(scores[0]).toBeCloseTo((0.9 + 0.81 * 0.2) / 1.81, 5);
  expect(scores[1]).toBe(0.8);
});

it("does not ask a model's other outputs, nor what is unlike", () => {
  const scores = consensusScores(
    [0.9, 0.1, 0.1],
    cosines([
      [1, 0.9, -0.9],
      [0.9, 1, 0],
      [-0.9, 0, 1],
    ]),
    ['a', 'a', 'b'],
  );
  expect([...scores]).toEqual([0.9, 0.1, 0.1]);
});

it('takes no score out of the range of all', () => {
  const scores = consensusScores(
    [3, 2, 1],
    cosines([
      [1, 1, 1],
      [1, 1, 1],
      [1, 1, 1],
    ]),
    ['a', 'b', 'c'],
  );
  for (const score of scores) {
    expect(score).toBeGreaterThanOrEqual(1);
    expect(score).toBeLessThanOrEqual(3);
  }
});
