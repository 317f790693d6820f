import { describe, expect, it } from 'vitest';
import { ConditionedPrior, type Matrix, random } from '../../src/domain/index.js';
import { covarianceOf } from './covariance-of.js';

/** None of them even, so that no loop over several at once comes out. */
const PROBES = 23;
const DIRECTIONS = 5;
const OBSERVED = [1, 4, 5, 9, 14, 17, 22];

const next = random(4);
const factor: Matrix = {
  rows: PROBES,
  columns: DIRECTIONS,
  data: Float32Array.from({ length: PROBES * DIRECTIONS }, () => next() - 0.5),
};
const noise = Float32Array.from({ length: PROBES }, () => 0.1 + next());
const conditioned = new ConditionedPrior({ factor, noise }, OBSERVED);

/** The prior's covariance with what was observed taken out one probe after the other, and the mean with it. */
function byDefinition(values: Float32Array): { mean: number[]; variances: number[] } {
  const mean = new Array<number>(PROBES).fill(0);
  const k = covarianceOf({ factor, noise });
  for (const [place, probe] of OBSERVED.entries()) {
    const column = k.map((row) => row[probe]);
    const surprise = (values[place] - mean[probe]) / column[probe];
    for (let p = 0; p < PROBES; p++) {
      mean[p] += column[p] * surprise;
      for (let q = 0; q < PROBES; q++) k[p][q] -= (column[p] * column[q]) / column[probe];
    }
  }
  return { mean, variances: k.map((row, probe) => row[probe]) };
}

describe('ConditionedPrior', () => {
  const values = Float32Array.from(OBSERVED, () => next() * 2 - 1);
  const expected = byDefinition(values);

  it('expects what the joint distribution does', () => {
    const { completed } = conditioned.estimate(values);
    for (let probe = 0; probe < PROBES; probe++)
      expect(completed[probe]).toBeCloseTo(expected.mean[probe], 5);
  });

  it('knows how much is left unknown', () => {
    const variances = conditioned.variances();
    for (let probe = 0; probe < PROBES; probe++)
      expect(variances[probe]).toBeCloseTo(expected.variances[probe], 5);
  });

  it('predicts each response from the others', () => {
    const diagonal = conditioned.precisionDiagonal();
    const precision = conditioned.precisionTimes(values);
    for (const [place, probe] of OBSERVED.entries()) {
      const others = OBSERVED.filter((other) => other !== probe);
      const { completed } = new ConditionedPrior({ factor, noise }, others).estimate(
        values.filter((_, n) => n !== place),
      );
      expect(precision[place] / diagonal[place]).toBeCloseTo(values[place] - completed[probe], 5);
    }
  });
});
