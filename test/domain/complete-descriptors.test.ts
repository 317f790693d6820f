import { describe, expect, it } from 'vitest';
import {
  completeDescriptors,
  descriptors,
  dOptimalProbes,
  familyCenters,
  fitUnsharpening,
  type Matrix,
  modelSignature,
  NO_EXEMPLARS,
  nearestFamily,
  type PriorFamily,
  ProbeChooser,
  probeBudget,
  RESPONSE_SHARPNESS,
  type ResponsePrior,
  random,
  rowOf,
  sharpen,
  standardizedResponses,
  unsharpenRows,
  zscore,
} from '../../src/domain/index.js';

const PROBES = 120;
const RANK = 6;
const next = random(3);

/** Roughly normal numbers. */
function noise(): number {
  return (next() + next() + next() - 1.5) * 2;
}

/** Probes that lie in a few directions, without a common one: descriptors have mean 0. */
function factorOf(): Matrix {
  const data = Float32Array.from({ length: PROBES * RANK }, noise);
  for (let axis = 0; axis < RANK; axis++) {
    let mean = 0;
    for (let probe = 0; probe < PROBES; probe++) mean += data[probe * RANK + axis] / PROBES;
    for (let probe = 0; probe < PROBES; probe++)
      data[probe * RANK + axis] = (data[probe * RANK + axis] - mean) / Math.sqrt(RANK);
  }
  return { rows: PROBES, columns: RANK, data };
}

function familyOf(factor: Matrix): PriorFamily {
  const family = { factor, noise: new Float32Array(PROBES).fill(0.05) };
  return { ...family, order: dOptimalProbes(family, PROBES) };
}

const families = [familyOf(factorOf()), familyOf(factorOf())];
const prior: ResponsePrior = {
  version: 'v',
  probes: PROBES,
  logits: 1_000,
  shape: { directions: RANK, ridge: 0 },
  expectedError: 0.1,
  families,
  exemplars: NO_EXEMPLARS,
};

/** The responses of a model of a family. */
function modelOf({ factor }: PriorFamily, outputs = 8): Matrix {
  const data = new Float32Array(outputs * PROBES);
  for (let output = 0; output < outputs; output++) {
    const z = Array.from({ length: RANK }, noise);
    for (let probe = 0; probe < PROBES; probe++)
      data[output * PROBES + probe] =
        rowOf(factor, probe).reduce((sum, value, axis) => sum + value * z[axis], 0) + 0.1 * noise();
  }
  return { rows: outputs, columns: PROBES, data };
}

function shownOnly(responses: Matrix, probes: ArrayLike<number>): Matrix {
  const data = new Float32Array(responses.data.length).fill(Number.NaN);
  for (let output = 0; output < responses.rows; output++)
    for (const probe of Array.from(probes))
      data[output * PROBES + probe] = responses.data[output * PROBES + probe];
  return { ...responses, data };
}

function meanError(a: Matrix, b: Matrix): number {
  return a.data.reduce((sum, value, place) => sum + (value - b.data[place]) ** 2, 0) / a.data.length;
}

describe('completeDescriptors', () => {
  it('of a fully probed model are its descriptors', () => {
    const responses = modelOf(families[0]);
    const completed = completeDescriptors(responses, prior);
    expect(completed.rows).toEqual(descriptors(responses).rows);
    expect(new Set(completed.certainty)).toEqual(new Set([1]));
    expect(Math.max(...completed.errors)).toBe(0);
  });

  it('come near the whole ones, and know how near', () => {
    const responses = modelOf(families[1]);
    const truth = descriptors(responses).rows;
    const shown = shownOnly(responses, families[1].order.slice(0, 40));
    const completed = completeDescriptors(shown, prior);
    const without = completeDescriptors(shown, null);
    expect(meanError(completed.rows, truth)).toBeLessThan(0.5 * meanError(without.rows, truth));
    expect(Math.max(...completed.certainty)).toBe(1);
    expect(Math.min(...completed.certainty)).toBeGreaterThanOrEqual(0);
    for (const error of completed.errors) expect(error).toBeGreaterThan(0);
    const sparse = completeDescriptors(shownOnly(responses, families[1].order.slice(0, 8)), prior);
    expect(sparse.errors[0]).toBeGreaterThan(completed.errors[0]);
  });

  it('have mean 0, and none for an output that is not finite', () => {
    const responses = shownOnly(modelOf(families[0]), families[0].order.slice(0, 40));
    responses.data[families[0].order[3]] = Number.POSITIVE_INFINITY;
    const { rows, degenerate } = completeDescriptors(responses, prior);
    expect(degenerate[0]).toBe(1);
    expect(Math.max(...rowOf(rows, 0))).toBe(0);
    const sum = rowOf(rows, 1).reduce((total, value) => total + value, 0);
    expect(sum / PROBES).toBeCloseTo(0, 5);
  });
});

describe('unsharpened descriptors', () => {
  it('are the standardized responses they were made from', () => {
    const responses = modelOf(families[0]);
    const { rows } = descriptors(responses);
    const how = Array.from({ length: rows.rows }, (_, row) =>
      fitUnsharpening(rowOf(rows, row), RESPONSE_SHARPNESS),
    );
    const undone = unsharpenRows(rows, RESPONSE_SHARPNESS, how);
    const truth = standardizedResponses(responses).rows;
    for (const [place, value] of undone.data.entries()) expect(value).toBeCloseTo(truth.data[place], 3);
  });

  it('are found for a row with one tall peak, too', () => {
    const standard = zscore(
      Float32Array.from({ length: PROBES }, (_, probe) => (probe === 0 ? 40 : noise() / 8)),
    );
    const row = sharpen(standard ?? new Float32Array(), RESPONSE_SHARPNESS) ?? new Float32Array();
    const how = fitUnsharpening(row, RESPONSE_SHARPNESS);
    const { data } = unsharpenRows({ rows: 1, columns: PROBES, data: row }, RESPONSE_SHARPNESS, [how]);
    for (const [probe, value] of data.entries()) expect(value).toBeCloseTo(standard?.[probe] ?? 0, 2);
  });
});

describe('ProbeChooser', () => {
  const runAll = (responses: Matrix, budget: number, errorBound = 0, errorFactor = 0) => {
    const chooser = new ProbeChooser(prior, { budget, errorBound, errorFactor });
    const run: number[] = [];
    for (;;) {
      const rows = run.flatMap((probe) =>
        Array.from({ length: responses.rows }, (_, output) => responses.data[output * PROBES + probe]),
      );
      const round = chooser.next(Uint32Array.from(run), Float32Array.from(rows));
      if (!round) return { run, most: chooser.maxProbes };
      run.push(...round);
    }
  };

  it('spends its budget on different probes', () => {
    const { run, most } = runAll(modelOf(families[0]), 0.75);
    expect(most).toBe(90);
    expect(run).toHaveLength(90);
    expect(new Set(run).size).toBe(90);
  });

  it('follows the list, but for half of what is beyond a fifth of all: there, each output in turn runs where it is expected to respond', () => {
    const one = runAll(modelOf(families[1], 1), 0.9).run;
    const common = new Set(one.slice(0, 60));
    const list = [...families[1].order].filter((probe) => !common.has(probe));
    const listed = 108 - (108 - 24) / 2;
    expect(one.slice(60, listed)).toEqual(list.slice(0, listed - 60));
    expect(one.slice(listed)).not.toEqual(list.slice(listed - 60));
    expect(one).toHaveLength(108);
    // Two outputs whose responses are opposite: what excites one inhibits the other.
    const responses = rowOf(modelOf(families[0], 1), 0);
    const opposed: Matrix = {
      rows: 2,
      columns: PROBES,
      data: Float32Array.from([...responses, ...responses.map((value) => -value)]),
    };
    const { run } = runAll(opposed, 0.9);
    const excited = run.slice(listed, listed + 20).map((probe) => Math.sign(responses[probe]));
    expect(excited.slice(0, 6)).toEqual([1, -1, 1, -1, 1, -1]);
  });

  it('runs a model that is unlike the gallery on all probes, if it may', () => {
    const data = Float32Array.from({ length: 8 * PROBES }, noise);
    const unlike: Matrix = { rows: 8, columns: PROBES, data };
    expect(runAll(unlike, 0.5, 0, 2).run).toHaveLength(PROBES);
    expect(runAll(unlike, 0.5).run).toHaveLength(60);
    expect(runAll(modelOf(families[0]), 0.6, 0, 2).run).toHaveLength(72);
  });

  it('does not treat an output without responses as known', () => {
    const rare = families[0].order[PROBES - 1];
    const data = Float32Array.from({ length: PROBES }, (_, probe) => (probe === rare ? 5 : 0));
    const silent: Matrix = { rows: 1, columns: PROBES, data };
    expect(runAll(silent, 0.5).run).toHaveLength(PROBES);
    expect(runAll(silent, 0.5, 0.5).run).toHaveLength(PROBES);
  });

  it('stops early when little is left to be known', () => {
    expect(runAll(modelOf(families[0]), 1, 0.9).run.length).toBeLessThan(PROBES);
  });

  it('makes the same choices again', () => {
    const responses = modelOf(families[1]);
    expect(runAll(responses, 0.8)).toEqual(runAll(responses, 0.8));
  });

  it('goes on beyond its budget with a model unlike the gallery, and with no other', () => {
    expect(runAll(modelOf(families[1]), 0.4, 0, 2).run).toHaveLength(48);
    const unlike = modelOf(familyOf(factorOf()));
    const { run, most } = runAll(unlike, 0.4, 0, 2);
    expect(most).toBe(48);
    expect(run.length).toBeGreaterThan(48);
    expect(new Set(run).size).toBe(run.length);
    expect(runAll(unlike, 0.4, 0, 0).run).toHaveLength(48);
    expect(runAll(unlike, 0.4, 1e9, 2).run.length).toBeLessThanOrEqual(48);
  });

  it('runs nearly all probes of a model that the prior cannot predict', () => {
    const data = Float32Array.from({ length: 8 * PROBES }, noise);
    const { run } = runAll({ rows: 8, columns: PROBES, data }, 0.4, 0, 2);
    expect(run.length).toBeGreaterThan(0.8 * PROBES);
    expect(runAll({ rows: 8, columns: PROBES, data }, 0.4, 0, 1e-3).run).toHaveLength(PROBES);
  });
});

describe('families', () => {
  it('are distinguished by where outputs lie, whatever they are', () => {
    const model = (stretched: number): Matrix => ({
      rows: 30,
      columns: 4,
      data: Float32Array.from({ length: 120 }, (_, place) => noise() * (place % 4 === stretched ? 5 : 1)),
    });
    const kinds = Array.from({ length: 12 }, (_, place) => place % 2);
    const signatures = kinds.map((kind) => modelSignature(model(kind)));
    const centers = familyCenters(signatures, 2);
    const found = signatures.map((signature) => nearestFamily(signature, centers));
    expect(new Set(kinds.map((kind, place) => `${kind}${found[place]}`)).size).toBe(2);
  });

  it('are not split, however many are looked for', () => {
    const toward = (axis: number) =>
      Float32Array.from({ length: 3 }, (_, place) => (place === axis ? 1 : 0.05 * next()));
    const signatures = Array.from({ length: 12 }, (_, place) => toward(place % 3));
    expect(familyCenters(signatures, 8)).toHaveLength(3);
  });
});

describe('earnedBudget', () => {
  it('falls from everything to the least', () => {
    expect(probeBudget({ models: 9, logits: 5_000 }, 0.3)).toBe(1);
    expect(probeBudget({ models: 10, logits: 999 }, 0.3)).toBe(1);
    expect(probeBudget({ models: 10, logits: 2_500 }, 0.3)).toBeCloseTo(0.65);
    expect(probeBudget({ models: 10, logits: 9_000 }, 0.3)).toBeCloseTo(0.3);
  });
});
