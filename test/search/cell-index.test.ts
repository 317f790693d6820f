import { describe, expect, it } from 'vitest';
import { dot, random, rowOf, stackRows } from '../../src/domain/index.js';
import { CodeRows, codeScale } from '../../src/search/kernel/code-rows.js';
import { type AllowedRows, CellIndex } from '../../src/search/snapshot/cell-index.js';
import type { FaissIndex } from '../../src/search/snapshot/faiss.js';

const RANK = 20;
const CELLS = 8;
const PER_CELL = 50;
const COUNT = CELLS * PER_CELL;
const next = random(3);
const gaussian = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
const centers = Array.from({ length: CELLS }, () =>
  Float32Array.from({ length: RANK }, () => 3 * gaussian()),
);
/** Row `row` lies in cell `row % CELLS`. */
const vectors = stackRows(
  Array.from({ length: COUNT }, (_, row) => centers[row % CELLS].map((value) => value + gaussian())),
);
const scales = Float32Array.from({ length: COUNT }, (_, row) => 1 / Math.hypot(...rowOf(vectors, row)));
const scale = codeScale(vectors.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0));

/** FAISS may be loaded in one process only, so a plain search of the centers stands in for it. */
const quantizer: Pick<FaissIndex, 'search'> = {
  search(query, k) {
    const products = centers.map((center) => dot(center, Float32Array.from(query)));
    const labels = [...centers.keys()].sort((a, b) => products[b] - products[a]).slice(0, k);
    return { labels, distances: labels.map((label) => products[label]) };
  },
};

function makeIndex(): CellIndex {
  const rows = Uint32Array.from({ length: COUNT }, (_, position) => {
    const cell = Math.floor(position / PER_CELL);
    return (position % PER_CELL) * CELLS + cell;
  });
  const codes = new CodeRows(RANK, COUNT);
  for (const [position, row] of rows.entries()) codes.encode(position, rowOf(vectors, row), scale);
  const starts = Uint32Array.from({ length: CELLS + 1 }, (_, cell) => cell * PER_CELL);
  return new CellIndex({ rank: RANK, scale, quantizer, starts, rows, scales, codes });
}

function allow(isAllowed: (row: number) => boolean, size = COUNT): AllowedRows {
  const flags = Uint8Array.from({ length: size }, (_, row) => (isAllowed(row) ? 1 : 0));
  return { flags, ranges: [[0, size]], count: flags.reduce((sum, flag) => sum + flag, 0) };
}

const everyRow = allow(() => true);
const query = rowOf(vectors, 42).map((value) => value + 0.3 * gaussian());

/** The best rows by brute force. */
function best(count: number, byLength: boolean, isAllowed: (row: number) => boolean = () => true): number[] {
  const value = (row: number) => dot(query, rowOf(vectors, row)) * (byLength ? scales[row] : 1);
  const rows = Array.from({ length: COUNT }, (_, row) => row).filter(isAllowed);
  return rows.sort((a, b) => value(b) - value(a)).slice(0, count);
}

describe('an index of cells', () => {
  it.each([false, true])('proposes the best of all rows that may be found; by length: %s', (byLength) => {
    const proposed = makeIndex().propose({
      vector: query,
      byLength,
      count: 15,
      vectors: COUNT,
      allowed: everyRow,
    });
    expect([...proposed]).toEqual(expect.arrayContaining(best(10, byLength)));
    expect(proposed).toHaveLength(15);
  });

  it('compares the nearest cells only, of which the first hold what is nearest', () => {
    const proposed = makeIndex().propose({
      vector: query,
      byLength: true,
      count: 50,
      vectors: 60,
      allowed: everyRow,
    });
    const cells = new Set([...proposed].map((row) => row % CELLS));
    expect(cells.size).toBeLessThanOrEqual(2);
    expect([...proposed]).toEqual(expect.arrayContaining(best(10, true)));
  });

  it.each([1, 30, 200])(
    'proposes no other row, and reaches further for those, with %d vectors',
    (compared) => {
      const isAllowed = (row: number) => row % 3 === 1;
      const proposed = makeIndex().propose({
        vector: query,
        byLength: false,
        count: 12,
        vectors: compared,
        allowed: allow(isAllowed),
      });
      expect([...proposed].every(isAllowed)).toBe(true);
      expect([...proposed]).toEqual(expect.arrayContaining(best(3, false, isAllowed)));
    },
  );

  it('proposes all rows when there are fewer than are requested', () => {
    const allowed = allow((row) => row < 7);
    const proposed = makeIndex().propose({ vector: query, byLength: false, count: 9, vectors: 5, allowed });
    expect([...proposed].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('compares rows that came later with every query, and has none without a vector', () => {
    const index = makeIndex();
    for (let row = COUNT; row < COUNT + 300; row++) index.add(row, query, 1 / Math.hypot(...query));
    index.add(COUNT + 300, new Float32Array(RANK), 0);
    expect(index.vectors).toBe(COUNT + 300);
    const allowed = allow((row) => row !== COUNT + 1, COUNT + 301);
    const proposed = index.propose({ vector: query, byLength: true, count: 299, vectors: 1, allowed });
    expect([...proposed].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 300 }, (_, place) => COUNT + place).filter((row) => row !== COUNT + 1),
    );
  });

  it('tells how many candidates and vectors a row needs', () => {
    const [first, tenth] = makeIndex().needsOf([best(1, true)[0], best(10, true)[9]], {
      vector: query,
      byLength: true,
    });
    expect(first.candidates).toBeLessThanOrEqual(2);
    expect(tenth.candidates).toBeGreaterThanOrEqual(8);
    expect(tenth.candidates).toBeLessThanOrEqual(12);
    expect(first.vectors).toBe(PER_CELL);
  });
});
