import { setImmediate } from 'node:timers/promises';
import { CONSENSUS_NEIGHBORS, type Matrix, type Neighbors, rowOf } from '../../domain/index.js';
import { innerProducts } from '../kernel/inner-products.js';
import type { ActiveSnapshot } from '../ranking/scorer.js';
import { countLogits, type GalleryEntry } from './journal.js';

/** In a larger gallery, comparing all rows takes seconds, and few of a window's rows are neighbors of one another. */
const MAX_ROWS = 4_096;
/** Neighbors that are kept of a row. */
const KEPT = 256;
/** Rows compared with as many others before searches get their turn: less than a millisecond. */
const BLOCK_ROWS = 64;
/** Rows whose neighbors are sorted at a time. */
const TURN_ROWS = 4;
/** Windows of one state of the gallery before the work pays for itself: short commands make one. */
const MIN_WINDOWS = 32;

/**
 * For each row of a small gallery, the nearest rows of other models: a window's consensus needs the nearest ten of a row
 * among 200, and finding them anew takes half of the time of a search. Made in the background for one state of the gallery,
 * once that has been searched often.
 */
export class RowNeighbors {
  private state: {
    entries: readonly GalleryEntry[];
    active: ActiveSnapshot;
    windows: number;
    lists: NeighborLists | null;
  } | null = null;
  private building: Promise<void> = Promise.resolve();

  /**
   * The lists for this state of the gallery; null while there are none.
   *
   * @param entries all models of the gallery; another array after each change
   */
  listsFor(entries: readonly GalleryEntry[], active: ActiveSnapshot): NeighborLists | null {
    if (this.state?.entries !== entries || this.state.active !== active)
      this.state = { entries, active, windows: 0, lists: null };
    const { state } = this;
    state.windows++;
    if (state.windows === MIN_WINDOWS && countLogits(entries) <= MAX_ROWS)
      this.building = this.build(entries, active).then(
        (lists) => {
          state.lists = lists;
        },
        // The files were closed meanwhile, or another basis replaced this one. Windows are compared as before.
        () => undefined,
      );
    return state.lists;
  }

  /** Resolves when no lists are being made. */
  settled(): Promise<void> {
    return this.building;
  }

  /** @returns null when the gallery has changed meanwhile */
  private async build(
    entries: readonly GalleryEntry[],
    active: ActiveSnapshot,
  ): Promise<NeighborLists | null> {
    const { rows, owners } = liveRows(entries);
    const lists = new NeighborLists(rows);
    for (let first = 0; first < rows.length; first += BLOCK_ROWS) {
      const block = rows.slice(first, first + BLOCK_ROWS);
      const cosines: Matrix = {
        rows: block.length,
        columns: rows.length,
        data: new Float32Array(block.length * rows.length),
      };
      for (let other = 0; other < rows.length; other += BLOCK_ROWS) {
        const others = rows.slice(other, other + BLOCK_ROWS);
        const products = innerProducts(await active.projections.unitVectors([...block, ...others]));
        for (let place = 0; place < block.length; place++)
          rowOf(cosines, place).set(rowOf(products, place).subarray(block.length), other);
        await setImmediate();
        if (this.state?.entries !== entries || this.state.active !== active) return null;
      }
      for (let place = 0; place < block.length; place++) {
        lists.add(first + place, rowOf(cosines, place), owners);
        if (place % TURN_ROWS === 0) await setImmediate();
      }
    }
    return lists;
  }
}

/** All rows that can be found, ascending, with the number of the model that each belongs to. */
function liveRows(entries: readonly GalleryEntry[]): { rows: number[]; owners: Uint32Array } {
  const rows: number[] = [];
  const owners: number[] = [];
  for (const [owner, { firstRow, rows: outputs, degenerate }] of entries.entries()) {
    const left = new Set(degenerate);
    for (let output = 0; output < outputs; output++) {
      if (left.has(output)) continue;
      rows.push(firstRow + output);
      owners.push(owner);
    }
  }
  return { rows, owners: Uint32Array.from(owners) };
}

/** The nearest rows of other models, with positive cosines, nearest first. */
export class NeighborLists {
  /** Place of each row in the lists; rows of no model have none. */
  private readonly placeOf: Int32Array;
  private readonly neighbors: Uint32Array;
  private readonly cosines: Float32Array;
  private readonly counts: Uint32Array;
  /** Whether a list is shorter than there are neighbors. */
  private readonly isCut: Uint8Array;

  /** @param rows ascending */
  constructor(private readonly rows: readonly number[]) {
    this.placeOf = new Int32Array((rows.at(-1) ?? -1) + 1).fill(-1);
    for (const [place, row] of rows.entries()) this.placeOf[row] = place;
    this.neighbors = new Uint32Array(rows.length * KEPT);
    this.cosines = new Float32Array(rows.length * KEPT);
    this.counts = new Uint32Array(rows.length);
    this.isCut = new Uint8Array(rows.length);
  }

  /** @param cosines of the row at `place` to all rows @param owners number of the model of each row */
  add(place: number, cosines: Float32Array, owners: Uint32Array): void {
    const nearest: number[] = [];
    for (let other = 0; other < cosines.length; other++)
      if (cosines[other] > 0 && owners[other] !== owners[place]) nearest.push(other);
    nearest.sort((a, b) => cosines[b] - cosines[a]);
    const count = Math.min(KEPT, nearest.length);
    for (let order = 0; order < count; order++) {
      this.neighbors[place * KEPT + order] = this.rows[nearest[order]];
      this.cosines[place * KEPT + order] = cosines[nearest[order]];
    }
    this.counts[place] = count;
    this.isCut[place] = nearest.length > KEPT ? 1 : 0;
  }

  /**
   * The neighbors of each row of a window within it, the same as `consensusScores` finds by comparing its rows; null when a
   * list ends before it has as many.
   */
  within(window: readonly number[]): WindowNeighbors | null {
    // 0 where a row is not in the window.
    const inWindow = new Uint16Array(this.placeOf.length);
    for (let place = 0; place < window.length; place++) inWindow[window[place]] = place + 1;
    const found = new WindowNeighbors(window.length);
    for (let place = 0; place < window.length; place++)
      if (!this.addNearest(window[place], inWindow, place, found)) return null;
    return found;
  }

  /** @returns false when its list ends too early */
  private addNearest(row: number, inWindow: Uint16Array, candidate: number, found: WindowNeighbors): boolean {
    const place = this.placeOf[row] ?? -1;
    if (place < 0) return false;
    const end = place * KEPT + this.counts[place];
    for (let next = place * KEPT; next < end; next++) {
      const cosine = this.cosines[next];
      // Equal ones count in the order of the window, so all of them are needed.
      if (found.isComplete(candidate, cosine)) return true;
      const other = inWindow[this.neighbors[next]] - 1;
      if (other >= 0) found.add(candidate, other, cosine);
    }
    return this.isCut[place] === 0;
  }
}

/** The neighbors of each row of a window, by its place in it. */
export class WindowNeighbors {
  private readonly counts: Uint8Array;
  private readonly candidates: Uint16Array;
  private readonly cosines: Float32Array;
  private readonly one = {
    count: 0,
    candidates: new Uint16Array(CONSENSUS_NEIGHBORS),
    cosines: new Float32Array(CONSENSUS_NEIGHBORS),
  };

  constructor(rows: number) {
    this.counts = new Uint8Array(rows);
    this.candidates = new Uint16Array(rows * CONSENSUS_NEIGHBORS);
    this.cosines = new Float32Array(rows * CONSENSUS_NEIGHBORS);
  }

  /** Valid until the next call. */
  of(candidate: number): Neighbors {
    const start = candidate * CONSENSUS_NEIGHBORS;
    this.one.count = this.counts[candidate];
    for (let place = 0; place < this.one.count; place++) {
      this.one.candidates[place] = this.candidates[start + place];
      this.one.cosines[place] = this.cosines[start + place];
    }
    return this.one;
  }

  /** Whether a candidate has all its neighbors, and this cosine and lower ones belong to no other. */
  isComplete(candidate: number, cosine: number): boolean {
    return (
      this.counts[candidate] === CONSENSUS_NEIGHBORS &&
      cosine < this.cosines[(candidate + 1) * CONSENSUS_NEIGHBORS - 1]
    );
  }

  /** Adds a neighbor that is as near as the last one or less. */
  add(candidate: number, neighbor: number, cosine: number): void {
    const start = candidate * CONSENSUS_NEIGHBORS;
    let at = start + this.counts[candidate];
    if (this.counts[candidate] < CONSENSUS_NEIGHBORS) this.counts[candidate]++;
    else if (this.candidates[--at] < neighbor) return;
    for (; at > start && this.cosines[at - 1] === cosine && this.candidates[at - 1] > neighbor; at--) {
      this.cosines[at] = this.cosines[at - 1];
      this.candidates[at] = this.candidates[at - 1];
    }
    this.cosines[at] = cosine;
    this.candidates[at] = neighbor;
  }
}
