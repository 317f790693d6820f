import { setImmediate } from 'node:timers/promises';
import { decodeFloat16 } from '../../domain/index.js';
import type { GalleryEntry } from '../gallery/journal.js';
import type { RowFile } from '../gallery/row-file.js';
import type { MatrixProducts } from '../matrix-products.js';
import type { Scorer } from './scorer.js';
import type { CandidateSink } from './top-k.js';

/** Rows read, and multiplied, at a time. */
const BLOCK_ROWS = 1_024;
/** Rows scanned before other calls get their turn. */
const TURN_ROWS = 4_096;

/**
 * Scores every row of some models.
 *
 * When an inner product determines the order, ONNX Runtime multiplies a whole block, and only rows that may be among
 * the best by the rounded product are scored exactly. The results are the same as without this step, to the last bit.
 */
export class ExactScan {
  /** Rows scanned so far, by this scan and those made by {@link withSignal}. */
  private readonly scanned: { rows: number };

  constructor(
    private readonly rows: RowFile,
    private readonly products: MatrixProducts,
    private readonly call?: { signal: AbortSignal; scanned: { rows: number } },
  ) {
    this.scanned = call?.scanned ?? { rows: 0 };
  }

  get scannedRows(): number {
    return this.scanned.rows;
  }

  /** The same scan for one call, which stops between two turns when `signal` aborts. */
  withSignal(signal: AbortSignal | undefined): ExactScan {
    return signal ? new ExactScan(this.rows, this.products, { signal, scanned: this.scanned }) : this;
  }

  /** @throws the signal's reason */
  async scanModels(scorer: Scorer, entries: GalleryEntry[], sink: CandidateSink): Promise<void> {
    const signal = this.call?.signal;
    signal?.throwIfAborted();
    const block = new Uint16Array(BLOCK_ROWS * this.rows.columns);
    let sinceTurn = 0;
    for (const scanModels of adjacentRuns(entries)) {
      const cursor = new EntryCursor(scanModels);
      const end = scanModels[scanModels.length - 1].firstRow + scanModels[scanModels.length - 1].rows;
      for (let first = scanModels[0].firstRow; first < end; first += BLOCK_ROWS) {
        const count = Math.min(BLOCK_ROWS, end - first);
        await this.offerBlock(scorer, first, this.rows.encoded(first, count, block), cursor, sink);
        this.scanned.rows += count;
        sinceTurn += count;
        if (sinceTurn < TURN_ROWS) continue;
        sinceTurn = 0;
        await setImmediate();
        signal?.throwIfAborted();
      }
    }
  }

  /**
   * Scores candidates from the index.
   *
   * @param candidates model of each row
   */
  async scoreCandidates(
    scorer: Scorer,
    candidates: Map<number, GalleryEntry>,
    sink: CandidateSink,
  ): Promise<void> {
    const probes = this.rows.columns;
    const rows = Uint32Array.from(candidates.keys()).sort();
    const values = new Uint16Array(rows.length * probes);
    for (const [place, row] of rows.entries())
      values.set(this.rows.encoded(row, 1, values.subarray(place * probes)), place * probes);
    const products = scorer.weights && (await this.products.scores(values, scorer.weights));
    const bounds = Float64Array.from(rows, (row, place) =>
      products ? scorer.upperBound(products[place], row) : Number.POSITIVE_INFINITY,
    );
    const order = Uint32Array.from(rows.keys()).sort((a, b) => bounds[b] - bounds[a]);
    for (const place of order) {
      const row = rows[place];
      const entry = candidates.get(row);
      if (!entry || bounds[place] < sink.threshold(entry.modelId)) continue;
      const descriptor = decodeFloat16(values.subarray(place * probes, (place + 1) * probes));
      if (scorer.accepts && !scorer.accepts(descriptor, entry)) continue;
      const value = scorer.value(descriptor, row);
      sink.offer({ value, modelId: entry.modelId, index: row - entry.firstRow, row });
    }
  }

  private async offerBlock(
    scorer: Scorer,
    first: number,
    values: Uint16Array,
    cursor: EntryCursor,
    sink: CandidateSink,
  ): Promise<void> {
    const probes = this.rows.columns;
    const products = scorer.weights && (await this.products.scores(values, scorer.weights));
    const descriptor = new Float32Array(probes);
    for (let offset = 0; offset * probes < values.length; offset++) {
      const row = first + offset;
      const entry = cursor.at(row);
      if (!entry) continue;
      if (products && scorer.upperBound(products[offset], row) < sink.threshold(entry.modelId)) continue;
      decodeFloat16(values.subarray(offset * probes, (offset + 1) * probes), descriptor);
      if (scorer.accepts && !scorer.accepts(descriptor, entry)) continue;
      const value = scorer.value(descriptor, row);
      sink.offer({ value, modelId: entry.modelId, index: row - entry.firstRow, row });
    }
  }
}

/** Groups models whose rows are adjacent in the file, so that they are read together. */
function adjacentRuns(entries: GalleryEntry[]): GalleryEntry[][] {
  const runs: GalleryEntry[][] = [];
  let next = -1;
  for (const entry of entries) {
    if (entry.rows === 0) continue;
    if (entry.firstRow === next) runs[runs.length - 1].push(entry);
    else runs.push([entry]);
    next = entry.firstRow + entry.rows;
  }
  return runs;
}

/** Finds the model of each row, for ascending rows. */
class EntryCursor {
  private place = 0;
  private degenerate: Set<number>;

  constructor(private readonly run: GalleryEntry[]) {
    this.degenerate = new Set(run[0].degenerate);
  }

  /** Null for a row without a descriptor. */
  at(row: number): GalleryEntry | null {
    let entry = this.run[this.place];
    while (row >= entry.firstRow + entry.rows) {
      this.place++;
      entry = this.run[this.place];
      this.degenerate = new Set(entry.degenerate);
    }
    return this.degenerate.has(row - entry.firstRow) ? null : entry;
  }
}
