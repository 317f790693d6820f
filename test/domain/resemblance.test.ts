import { describe, expect, it } from 'vitest';
import { nearestExemplars } from '../../src/domain/completion/nearest-exemplars.js';
import {
  collectExemplars,
  completeDescriptors,
  descriptors,
  dOptimalProbes,
  type Exemplars,
  type Matrix,
  NO_EXEMPLARS,
  type PriorFamily,
  ProbeChooser,
  type ResponsePrior,
  random,
  rowOf,
  skewness,
  zscore,
} from '../../src/domain/index.js';

const PROBES = 200;
const RANK = 4;
const CLASSES = 12;
const OF_EACH_CLASS = 10;
const OUTPUTS = 6;
const RUN = 70;
const next = random(11);

function noise(): number {
  return (next() + next() + next() - 1.5) * 2;
}

function madeFamily(): PriorFamily {
  const factor: Matrix = {
    rows: PROBES,
    columns: RANK,
    data: Float32Array.from({ length: PROBES * RANK }, () => noise() / 4),
  };
  const family = { factor, noise: new Float32Array(PROBES).fill(0.75) };
  return { ...family, order: dOptimalProbes(family, PROBES) };
}

const family = madeFamily();
/** What outputs of each class have in common, most of it outside the family's directions. */
const classes = Array.from({ length: CLASSES + OUTPUTS }, () => Float32Array.from({ length: PROBES }, noise));

function outputOf(kind: number): Float32Array {
  const coordinates = Array.from({ length: RANK }, noise);
  return classes[kind].map(
    (value, probe) =>
      value +
      rowOf(family.factor, probe).reduce((sum, weight, axis) => sum + weight * coordinates[axis], 0) +
      0.3 * noise(),
  );
}

function stacked(rows: Float32Array[]): Matrix {
  return { rows: rows.length, columns: PROBES, data: Float32Array.from(rows.flatMap((row) => [...row])) };
}

const taught = stacked(
  Array.from(
    { length: CLASSES * OF_EACH_CLASS },
    (_, row) => zscore(outputOf(row % CLASSES)) ?? new Float32Array(),
  ),
);
const read = (rows: Uint32Array): Matrix => stacked([...rows].map((row) => rowOf(taught, row)));
const exemplars = collectExemplars(
  [Uint32Array.from({ length: taught.rows }, (_, row) => row)],
  PROBES,
  read,
);
const without: ResponsePrior = {
  version: 'v',
  probes: PROBES,
  logits: taught.rows,
  shape: { directions: RANK, ridge: 0 },
  expectedError: 0.5,
  families: [family],
  exemplars: NO_EXEMPLARS,
};
const prior: ResponsePrior = { ...without, exemplars };

/** Responses of independent labels, so that no output changes the others'. */
function modelOf(kinds: number[]): {
  whole: Matrix & { multiLabel: true };
  run: Matrix & { multiLabel: true };
} {
  const whole = { ...stacked(kinds.map(outputOf)), multiLabel: true } as const;
  const run = { ...whole, data: new Float32Array(whole.data.length).fill(Number.NaN) };
  for (let output = 0; output < kinds.length; output++)
    for (const probe of family.order.slice(0, RUN)) rowOf(run, output)[probe] = rowOf(whole, output)[probe];
  return { whole, run };
}

function errorsOf(a: Matrix, b: Matrix): number[] {
  return Array.from({ length: a.rows }, (_, row) => {
    const other = rowOf(b, row);
    return rowOf(a, row).reduce((sum, value, probe) => sum + (value - other[probe]) ** 2, 0) / PROBES;
  });
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

describe('exemplars', () => {
  it('are evenly spaced rows when there are too many', () => {
    const few = collectExemplars(
      [Uint32Array.of(0, 1, 2), Uint32Array.of(3, 4, 5, 6)],
      PROBES,
      read,
      3 * PROBES,
    );
    expect(few.count).toBe(3);
    for (const [place, row] of [0, 2, 4].entries()) {
      const kept = few.values.slice(place * PROBES, (place + 1) * PROBES);
      const scale = Math.max(...rowOf(taught, row).map(Math.abs)) / 127;
      for (let probe = 0; probe < PROBES; probe++)
        expect(Math.abs(kept[probe] * scale - rowOf(taught, row)[probe])).toBeLessThanOrEqual(scale * 0.51);
    }
  });

  it('are found by the cosine over the observed probes, whatever their number', () => {
    const many = 600;
    const packed = Int8Array.from({ length: 150 * many }, () => next() * 255 - 127);
    const group: Exemplars = { count: 150, values: packed };
    // With many probes, only an exemplar that stands out is sure to be among the candidates.
    for (const [count, neighbors] of [
      [33, 3],
      [500, 1],
    ]) {
      const observed = Uint32Array.from({ length: count }, (_, n) => Math.floor((n * many) / count));
      const atObserved = (values: ArrayLike<number>) =>
        zscore(Float32Array.from(observed, (probe) => values[probe])) ?? new Float32Array();
      const rows = Array.from({ length: 150 }, (_, row) => packed.slice(row * many, (row + 1) * many));
      const values: Matrix = { rows: 5, columns: count, data: new Float32Array(5 * count) };
      for (let output = 0; output < 5; output++)
        rowOf(values, output).set(
          atObserved(Float32Array.from(rows[output], (value) => value + 50 * noise())),
        );
      const found = nearestExemplars(group, observed, values, neighbors);
      for (const [output, nearest] of found.entries()) {
        const cosines = rows.map((row) => {
          const standard = atObserved(row);
          return mean(rowOf(values, output).map((value, n) => value * standard[n]));
        });
        const best = [...cosines.keys()].sort((a, b) => cosines[b] - cosines[a]).slice(0, neighbors);
        expect([...nearest.rows].sort()).toEqual(best.sort());
        for (const [place, exemplar] of nearest.rows.entries())
          expect(nearest.cosines[place]).toBeCloseTo(cosines[exemplar], 4);
      }
    }
  });
});

describe('completion from exemplars', () => {
  it('is much nearer for classes that the exemplars have, and knows it', () => {
    const { whole, run } = modelOf([0, 1, 2, 3, 4, 5]);
    const truth = descriptors(whole).rows;
    const alone = completeDescriptors(run, without);
    const completed = completeDescriptors(run, prior);
    expect(mean(errorsOf(completed.rows, truth))).toBeLessThan(0.5 * mean(errorsOf(alone.rows, truth)));
    expect(mean(completed.errors)).toBeLessThan(mean(alone.errors));
    expect(mean(completed.errors) / mean(errorsOf(completed.rows, truth))).toBeGreaterThan(0.5);
  });

  it('takes hardly anything for classes that they do not have', () => {
    const { whole, run } = modelOf(Array.from({ length: OUTPUTS }, (_, output) => CLASSES + output));
    const truth = descriptors(whole).rows;
    const alone = completeDescriptors(run, without);
    const completed = completeDescriptors(run, prior);
    expect(mean(errorsOf(completed.rows, truth))).toBeLessThan(1.05 * mean(errorsOf(alone.rows, truth)));
    expect(mean(completed.errors)).toBeGreaterThan(0.9 * mean(alone.errors));
  });

  it('keeps what was run, and is no more certain of what was not', () => {
    const { run } = modelOf([0, CLASSES]);
    const { certainty } = completeDescriptors(run, prior);
    expect(certainty).toEqual(completeDescriptors(run, without).certainty);
  });

  it('does not make a logit look more accurate than its own responses do', () => {
    const { run } = modelOf([0, 1, 2, 3, 4, 5]);
    const alone = completeDescriptors(run, without);
    const completed = completeDescriptors(run, prior);
    expect(completed.skewnesses).toEqual(alone.skewnesses);
    for (let row = 0; row < OUTPUTS; row++)
      expect(alone.skewnesses[row]).toBeCloseTo(skewness(rowOf(alone.rows, row)), 5);
    expect(skewness(rowOf(completed.rows, 0))).not.toBeCloseTo(completed.skewnesses[0], 2);
  });

  it('ends probing earlier where it leaves little unknown, and no earlier for new classes', () => {
    const probesRun = (kinds: number[], with_: ResponsePrior) => {
      const { whole } = modelOf(kinds);
      const chooser = new ProbeChooser(with_, { budget: 1, errorBound: 0.35, errorFactor: 0 });
      const run: number[] = [];
      for (;;) {
        const rows = run.flatMap((probe) => kinds.map((_, output) => rowOf(whole, output)[probe]));
        const round = chooser.next(Uint32Array.from(run), Float32Array.from(rows));
        if (!round) return run.length;
        run.push(...round);
      }
    };
    const known = [0, 1, 2, 3, 4, 5];
    expect(probesRun(known, prior)).toBeLessThan(probesRun(known, without));
    const unknown = known.map((output) => CLASSES + output);
    expect(probesRun(unknown, prior)).toBe(probesRun(unknown, without));
  });

  it('takes nothing large from exemplars that hardly respond to the probes that were run', () => {
    const quiet = Int8Array.from({ length: 40 * PROBES }, (_, place) => (place % 3 === 0 ? 127 : 0));
    const isRun = new Set(family.order.slice(0, RUN));
    for (let place = 0; place < quiet.length; place++) if (isRun.has(place % PROBES)) quiet[place] = 0;
    // Every second one is not quite quiet.
    for (let row = 0; row < 40; row += 2) quiet[row * PROBES + family.order[row]] = 1;
    const { run } = modelOf([0, 1, 2]);
    const completed = completeDescriptors(run, { ...prior, exemplars: { count: 40, values: quiet } });
    const alone = completeDescriptors(run, without);
    expect(mean(errorsOf(completed.rows, alone.rows))).toBeLessThan(0.2);
  });

  it('does without when there are fewer than it compares with', () => {
    const { run } = modelOf([0, 1]);
    const few: Exemplars = { count: 3, values: exemplars.values.slice(0, 3 * PROBES) };
    expect(completeDescriptors(run, { ...prior, exemplars: few })).toEqual(completeDescriptors(run, without));
  });
});
