import { beforeAll, describe, expect, it } from 'vitest';
import { type Matrix, random, rowOf, transpose, zscore } from '../../src/domain/index.js';
import type { MatrixProducts } from '../../src/search/matrix-products.js';
import {
  type BasisTask,
  type ChosenBasis,
  chooseBasis,
} from '../../src/search/snapshot/build/choose-basis.js';

const PROBES = 60;
const LOGITS_PER_MODEL = 20;
const next = random(11);
const gaussian = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

/** Models whose descriptors mix the same ten patterns, and others with patterns of their own. */
const patterns = (count: number) =>
  Array.from({ length: count }, () => Float32Array.from({ length: PROBES }, gaussian));
const [common, other] = [patterns(10), patterns(10)];
const rows: Float32Array[] = [];

function addModels(count: number, of: Float32Array[]): Uint32Array[] {
  return Array.from({ length: count }, () =>
    Uint32Array.from({ length: LOGITS_PER_MODEL }, () => {
      const mixed = new Float32Array(PROBES);
      for (const pattern of of) {
        const weight = gaussian();
        for (let probe = 0; probe < PROBES; probe++)
          mixed[probe] += weight * pattern[probe] + 0.3 * gaussian();
      }
      return rows.push(zscore(mixed) ?? expect.fail()) - 1;
    }),
  );
}

const plain = (a: Matrix, b: Matrix): Matrix => {
  const data = new Float32Array(a.rows * b.columns);
  for (let row = 0; row < a.rows; row++)
    for (let inner = 0; inner < a.columns; inner++)
      for (let column = 0; column < b.columns; column++)
        data[row * b.columns + column] +=
          a.data[row * a.columns + inner] * b.data[inner * b.columns + column];
  return { rows: a.rows, columns: b.columns, data };
};
const products: MatrixProducts = {
  project: async (x, b) => plain(x, b),
  gram: async (x, b) => plain(transpose(x), plain(x, b)),
};

function task(version: string, models: Uint32Array[]): BasisTask {
  const read = (chosen: Uint32Array): Matrix => {
    const matrix = { rows: chosen.length, columns: PROBES, data: new Float32Array(chosen.length * PROBES) };
    for (const [place, row] of chosen.entries()) rowOf(matrix, place).set(rows[row]);
    return matrix;
  };
  return { version, probes: PROBES, models, rows: rows.length, read, products };
}

const versionAfter = async (models: Uint32Array[], earlier: ChosenBasis) =>
  (await chooseBasis(task('new', models), earlier)).basis.version;

describe('a basis', () => {
  const known = addModels(10, common);
  let earlier: ChosenBasis;
  beforeAll(async () => {
    earlier = await chooseBasis(task('old', known), null);
  });

  it('tells what it was fitted to, and what it leaves out of others like that', () => {
    expect(earlier.fit).toMatchObject({ version: 'old', logits: 200, rows: 200 });
    expect(earlier.fit.uncaptured).toBeGreaterThan(0.01);
    expect(earlier.fit.uncaptured).toBeLessThan(0.2);
  });

  it('is kept while models like its own come', async () => {
    expect(await versionAfter([...known, ...addModels(20, common)], earlier)).toBe('old');
  });

  it('is fitted again when other models come, however few', async () => {
    expect(await versionAfter([...known, ...addModels(1, other)], earlier)).toBe('new');
  });

  it('is fitted again when the gallery is many times as large, or has room for more directions', async () => {
    expect(await versionAfter([...known, ...addModels(41, common)], earlier)).toBe('new');
    const small = await chooseBasis(task('small', known.slice(0, 3)), null);
    expect(small.basis.rank).toBeLessThan(earlier.basis.rank);
    expect(await versionAfter(known, small)).toBe('new');
  });
});
