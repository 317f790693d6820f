import { setImmediate } from 'node:timers/promises';
import type { GalleryEntry } from '../gallery/journal.js';
import type { PreparedQuery } from './prepared-query.js';
import type { CandidateSink } from './top-k.js';

/** Rows scored at a time. */
const BLOCK_ROWS = 1_024;
/** Rows scanned before other calls get their turn. */
const TURN_ROWS = 4_096;

/** What a scan needs of a query. */
type Scanned = Pick<PreparedQuery, 'scores' | 'accepts'>;

/** Scores rows, every one of some models or those that the index proposes. */
export class ExactScan {
  /** Rows scanned so far, by this scan and those made by {@link withSignal}. */
  private readonly scanned: { rows: number };

  constructor(private readonly call?: { signal: AbortSignal; scanned: { rows: number } }) {
    this.scanned = call?.scanned ?? { rows: 0 };
  }

  get scannedRows(): number {
    return this.scanned.rows;
  }

  /** The same scan for one call, which stops between two turns when `signal` aborts. */
  withSignal(signal: AbortSignal | undefined): ExactScan {
    return signal ? new ExactScan({ signal, scanned: this.scanned }) : this;
  }

  /** @throws the signal's reason */
  async scanModels(query: Scanned, entries: readonly GalleryEntry[], sink: CandidateSink): Promise<void> {
    const signal = this.call?.signal;
    signal?.throwIfAborted();
    const block = new RowBlock();
    let sinceTurn = 0;
    for (const entry of entries) {
      const degenerate = entry.degenerate.length > 0 ? new Set(entry.degenerate) : null;
      for (let output = 0; output < entry.rows; output++) {
        if (sinceTurn === TURN_ROWS) {
          sinceTurn = 0;
          await setImmediate();
          signal?.throwIfAborted();
        }
        sinceTurn++;
        this.scanned.rows++;
        const row = entry.firstRow + output;
        if (degenerate?.has(output) || query.accepts?.(row, entry) === false) continue;
        block.push(row, entry);
        if (block.length === BLOCK_ROWS) block.offer(query, sink);
      }
    }
    block.offer(query, sink);
  }

  /**
   * Scores candidates from the index.
   *
   * @param candidates model of each row
   */
  scoreCandidates(query: Scanned, candidates: Map<number, GalleryEntry>, sink: CandidateSink): void {
    const block = new RowBlock();
    for (const row of Uint32Array.from(candidates.keys()).sort()) {
      const entry = candidates.get(row);
      if (!entry || query.accepts?.(row, entry) === false) continue;
      block.push(row, entry);
      if (block.length === BLOCK_ROWS) block.offer(query, sink);
    }
    block.offer(query, sink);
  }
}

/** Rows that are scored together, ascending. */
class RowBlock {
  private readonly rows = new Uint32Array(BLOCK_ROWS);
  private readonly entries: GalleryEntry[] = [];

  get length(): number {
    return this.entries.length;
  }

  push(row: number, entry: GalleryEntry): void {
    this.rows[this.entries.length] = row;
    this.entries.push(entry);
  }

  /** Offers all rows, and is empty afterwards. */
  offer({ scores }: Scanned, sink: CandidateSink): void {
    const values = scores.valuesOf(this.rows.subarray(0, this.length));
    for (let place = 0; place < this.length; place++) {
      const { modelId, firstRow } = this.entries[place];
      const value = values[place];
      const row = this.rows[place];
      if (value >= sink.threshold(modelId)) sink.offer({ value, modelId, index: row - firstRow, row });
    }
    this.entries.length = 0;
  }
}
