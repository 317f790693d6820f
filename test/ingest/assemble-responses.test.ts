import { describe, expect, it } from 'vitest';
import { decodeFloat16, parseNpyHeader } from '../../src/domain/index.js';
import {
  type AssembleFacts,
  assembleResponses,
} from '../../src/ingest/pipeline/assemble/assemble-responses.js';
import { tinyPrior } from '../probing/support/tiny-prior.js';

const PROBES = 6;
const probes = Uint32Array.of(1, 2, 4, 5);

function assemble(rows: number[][], where = probes) {
  const observed = { rows: rows.length, columns: where.length, data: Float32Array.from(rows.flat()) };
  const facts = { declared: null, probes: PROBES, prior: tinyPrior(PROBES) };
  return assembleResponses({ observed, probes: where }, facts);
}

function storedRows(file: Uint8Array): number[][] {
  const { shape, dataOffset } = parseNpyHeader(file);
  const values = decodeFloat16(new Uint16Array(Uint8Array.from(file.subarray(dataOffset)).buffer));
  return Array.from({ length: shape[0] }, (_, row) => [
    ...values.subarray(row * shape[1], (row + 1) * shape[1]),
  ]);
}

describe('responses of some probes', () => {
  it('are stored in their columns, with NaN elsewhere, and with coverage and errors', () => {
    const {
      file,
      outputs,
      probes: all,
      coverage,
      errors,
      degenerate,
    } = assemble([
      [1, 2, 3, 5],
      [4, 3, 2, 1],
    ]);
    const none = Number.NaN;
    expect(storedRows(file)).toEqual([
      [none, 1, 2, none, 3, 5],
      [none, 4, 3, none, 2, 1],
    ]);
    expect([outputs, all]).toEqual([2, PROBES]);
    expect(coverage).toBeCloseTo(4 / 6);
    expect(errors).toHaveLength(2);
    expect(errors?.every(Number.isFinite)).toBe(true);
    expect([...degenerate]).toEqual([0, 0]);
  });

  it('alone decide about probabilities, scale and degenerate outputs', () => {
    const shares = assemble([
      [0.25, 0.5, 0.75, 0.1],
      [0.75, 0.5, 0.25, 0.9],
    ]);
    expect(shares.responseKind).toBe('LOG_PROBABILITIES');
    expect(storedRows(shares.file)[0][2]).toBeCloseTo(Math.log(0.5), 3);
    const huge = storedRows(
      assemble([
        [1e9, 2e9, 3e9, 5e9],
        [4e9, 3e9, 2e9, 1e9],
      ]).file,
    );
    expect(huge.flat().some((x) => Math.abs(x) === Number.POSITIVE_INFINITY)).toBe(false);
    const { degenerate } = assemble([
      [1, 2, 3, 5],
      [7, 7, 7, 7],
      [4, Number.NaN, 2, 1],
      [4, 3, 2, 1],
    ]);
    expect([...degenerate]).toEqual([0, 1, 1, 0]);
  });

  it('of all probes have no completion errors', () => {
    const rows = [[1, 2, 3, 4, 5, 7]];
    const { coverage, errors, file } = assemble(
      rows,
      Uint32Array.from({ length: PROBES }, (_, i) => i),
    );
    expect([coverage, errors]).toEqual([1, null]);
    expect(storedRows(file)).toEqual(rows);
  });
});

describe('notes say', () => {
  /** Responses of 30 probes: each output has a level of its own, and changes by so much. */
  const changing = (by: number, outputs = 5) =>
    Array.from({ length: outputs }, (_, c) =>
      Array.from({ length: 30 }, (_, p) => 10 * c + by * Math.sin(7 * c + 3 * p)),
    );
  const notesOf = (rows: number[][], declared: AssembleFacts['declared'] = null) => {
    const observed = { rows: rows.length, columns: rows[0].length, data: Float32Array.from(rows.flat()) };
    const all = Uint32Array.from(rows[0], (_, probe) => probe);
    return assembleResponses({ observed, probes: all }, { declared, probes: all.length, prior: null }).notes;
  };

  it('that the values decided that they are probabilities, and what stands for 0', () => {
    const rows = [
      [0.25, 0.5, 1, 0.125],
      [0.75, 0.5, 0, 0.875],
    ];
    const assumed = expect.stringMatching(/^OUTPUT_KIND_ASSUMED: .*sum to 1 .*taken for probabilities/);
    const lost = expect.stringMatching(/^OUTPUT_NOT_CUT: Probabilities of 0 .* 6\.[23]e-2/);
    expect(notesOf(rows)).toEqual([assumed, lost]);
    expect(notesOf(rows.map((row) => [row[0], row[1]]))).toEqual([assumed]);
    expect(notesOf(rows, 'PROBABILITIES')).toEqual([lost]);
    const logarithms = rows.map((row) => row.map(Math.log));
    expect(notesOf(logarithms, 'LOG_PROBABILITIES')).toEqual([lost]);
    const percents = rows.map((row) => row.map((value) => 100 * value));
    expect(notesOf(percents, 'UNKNOWN')[0]).toMatch(/^OUTPUT_KIND_ASSUMED: .*sum to 100 /);
  });

  it('which outputs no search can find', () => {
    const rows = [
      [1, 2, 3],
      [7, 7, 7],
      [4, Number.NaN, 2],
      [4, 3, 1],
    ];
    expect(notesOf(rows)).toEqual([expect.stringMatching(/^OUTPUT_DEGENERATE: 2 of 4 outputs .*: 1, 2\.$/)]);
    const many = Array.from({ length: 30 }, (_, row) => (row < 5 ? [row, 0, 1] : [1, 1, 1]));
    expect(notesOf(many, 'MULTI_LABEL_LOGITS')[0]).toMatch(/^OUTPUT_DEGENERATE: 25 .* 24, … \(5 more\)\.$/);
  });

  it('when the outputs hardly change from image to image', () => {
    expect(notesOf(changing(1))).toEqual([expect.stringContaining('hardly change')]);
    expect(notesOf(changing(0))).toEqual([expect.stringContaining('hardly change')]);
    expect(notesOf(changing(20))).toEqual([]);
    const some = changing(20);
    some[1][3] = Number.NaN;
    expect(notesOf(some)).toEqual([expect.stringContaining('DEGENERATE')]);
  });

  it('nothing about it of one or two outputs, of few probes, or of independent labels', () => {
    expect(notesOf(changing(1, 2))).toEqual([]);
    expect(notesOf(changing(1).map((row) => row.slice(0, 10)))).toEqual([]);
    expect(notesOf(changing(1), 'MULTI_LABEL_LOGITS')).toEqual([]);
  });

  it('by which power of two the responses are stored', () => {
    const rows = changing(20).map((row) => row.map((x) => x * 1e-7));
    expect(notesOf(rows)).toEqual([expect.stringContaining('2^28')]);
  });
});

describe('values in 0..1 whose kind the graph', () => {
  const rows = [
    [0.1, 0.2, 0.3, 0.4],
    [0.7, 0.9, 0.2, 0.5],
  ];
  const assembled = (declared: AssembleFacts['declared'], factor = 1) => {
    const data = Float32Array.from(rows.flat(), (value) => value * factor);
    const observed = { rows: 2, columns: 4, data };
    return assembleResponses({ observed, probes }, { declared, probes: PROBES, prior: tinyPrior(PROBES) });
  };

  it('does not tell, and that are too few, are taken for logits, and that is said', () => {
    const { notes, multiLabel } = assembled('UNKNOWN');
    expect(notes).toEqual([expect.stringMatching(/^OUTPUT_KIND_ASSUMED: .*taken for logits/)]);
    expect(multiLabel).toBe(false);
    expect(assembled('UNKNOWN', 2).notes).toEqual([]);
  });

  it('declares as sigmoids have the same logits as in percent', () => {
    const plain = assembled('SIGMOIDS');
    const percent = assembled('SIGMOIDS', 100);
    expect(plain.multiLabel).toBe(true);
    expect(storedRows(percent.file)).toEqual(storedRows(plain.file));
  });
});
