import { expect, it } from 'vitest';
import { consensusOfNeighbors, consensusScores, random, unitRows } from '../../src/domain/index.js';
import { NeighborLists } from '../../src/search/gallery/row-neighbors.js';
import { innerProducts } from '../../src/search/kernel/inner-products.js';

const COLUMNS = 12;

/** Rows of some models, in random order of their scores; every third row has a twin in another model. */
function gallery(rows: number, seed: number) {
  const next = random(seed);
  const data = Float32Array.from({ length: rows * COLUMNS }, () => next() - 0.5);
  for (let row = 7; row < rows; row += 3)
    data.copyWithin(row * COLUMNS, (row - 7) * COLUMNS, (row - 6) * COLUMNS);
  const vectors = unitRows({ rows, columns: COLUMNS, data });
  const owners = Uint32Array.from({ length: rows }, (_, row) => Math.floor(row / 7));
  return { next, vectors, owners };
}

function listsOf({ vectors, owners }: ReturnType<typeof gallery>, numbers: number[]): NeighborLists {
  const cosines = innerProducts(vectors);
  const lists = new NeighborLists(numbers);
  for (let row = 0; row < vectors.rows; row++)
    lists.add(row, cosines.data.subarray(row * vectors.rows, (row + 1) * vectors.rows), owners);
  return lists;
}

it.each([1, 2, 3, 4, 5])('gives the same scores as comparing the rows of a window, gallery %i', (seed) => {
  const made = gallery(400, seed);
  const { next, vectors, owners } = made;
  // Rows of removed models lie between those that are found.
  const numbers = Array.from({ length: vectors.rows }, (_, row) => row + Math.floor(row / 50) * 9);
  const lists = listsOf(made, numbers);
  const chosen = numbers.map((_, place) => place).sort(() => next() - 0.5);
  const window = chosen.slice(0, 200);
  const scores = window.map(() => next());
  const data = Float32Array.from(
    window.flatMap((place) => [...vectors.data.subarray(place * COLUMNS, (place + 1) * COLUMNS)]),
  );
  const compared = consensusScores(
    scores,
    innerProducts({ rows: window.length, columns: COLUMNS, data }),
    window.map((place) => owners[place]),
  );
  const known = lists.within(window.map((place) => numbers[place]));
  expect(known).not.toBeNull();
  expect(consensusOfNeighbors(scores, (candidate) => known?.of(candidate) ?? NONE)).toEqual(compared);
});

const NONE = { count: 0, candidates: [], cosines: [] };

it('does not answer where a list ends before it has enough neighbors', () => {
  const rows = 900;
  const data = new Float32Array(rows * COLUMNS).fill(1);
  for (let row = 0; row < rows; row++) data[row * COLUMNS] = 1 + row / rows;
  const vectors = unitRows({ rows, columns: COLUMNS, data });
  const numbers = Array.from({ length: rows }, (_, row) => row);
  const lists = listsOf({ next: random(1), vectors, owners: Uint32Array.from(numbers) }, numbers);
  expect(lists.within([0, 1, ...numbers.slice(-100)])).toBeNull();
  expect(lists.within(numbers.slice(0, 100))).not.toBeNull();
});

it('does not answer for a row that it does not know', () => {
  const made = gallery(50, 9);
  const lists = listsOf(
    made,
    Array.from({ length: 50 }, (_, row) => row),
  );
  expect(lists.within([0, 1, 2])).not.toBeNull();
  expect(lists.within([0, 1, 60])).toBeNull();
});
