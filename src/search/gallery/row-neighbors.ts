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
  within(window: readonly number[]): Neighbors[] | null {
    // 0 where a row is not in the window.
    const inWindow = new Uint16Array(this.placeOf.length);
    for (const [place, row] of window.entries()) inWindow[row] = place + 1;
    const all: Neighbors[] = [];
    for (const row of window) {
      const found = this.nearestIn(inWindow, row);
      if (!found) return null;
      all.push(found);
    }
    return all;
  }

  private nearestIn(inWindow: Uint16Array, row: number): Neighbors | null {
    const place = this.placeOf[row] ?? -1;
    if (place < 0) return null;
    const candidates: number[] = [];
    const cosines: number[] = [];
    const end = place * KEPT + this.counts[place];
    let next = place * KEPT;
    for (; next < end; next++) {
      const cosine = this.cosines[next];
      // Equal ones count in the order of the window, so all of them are needed.
      if (candidates.length >= CONSENSUS_NEIGHBORS && cosine < cosines[CONSENSUS_NEIGHBORS - 1]) break;
      const candidate = inWindow[this.neighbors[next]] - 1;
      if (candidate < 0) continue;
      let at = candidates.length;
      while (at > 0 && cosines[at - 1] === cosine && candidates[at - 1] > candidate) at--;
      candidates.splice(at, 0, candidate);
      cosines.splice(at, 0, cosine);
    }
    if (next === end && this.isCut[place] === 1) return null;
    return { count: Math.min(candidates.length, CONSENSUS_NEIGHBORS), candidates, cosines };
  }
}
