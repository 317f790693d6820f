import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { type Descriptors, encodeFloat16, type Matrix, rowOf, skewness } from '../../domain/index.js';
import type { MatrixProducts } from '../matrix-products.js';
import type {
  GalleryStats,
  LogitName,
  NamesQuery,
  SearchAnswer,
  SearchModel,
  SearchQuery,
  SearchSettings,
} from '../search-query.js';
import { ExactScan } from './exact-scan.js';
import type { FaissLibrary } from './faiss.js';
import { GallerySample } from './gallery-sample.js';
import { comparable, type GalleryView, type Head, searchLogits, searchModels } from './gallery-search.js';
import { type GalleryEntry, Journal } from './journal.js';
import { loadDescriptors } from './load-descriptors.js';
import { LogitNames } from './logit-names.js';
import { rankModels } from './rank-models.js';
import { needsRebuild } from './rebuild-rule.js';
import { RowFile } from './row-file.js';
import { RowScales } from './row-scales.js';
import type { SnapshotInUse } from './scorer.js';
import type { Snapshot } from './snapshot.js';
import { SnapshotStore } from './snapshot-store.js';

/** Questions whose pages are being read at one time. */
const MOST_HEADS = 256;
/** With two outputs each is the other's negative, and their skewness says nothing. */
const FEWEST_FOR_SKEWNESS = 3;
/** Rows of removed models, as a share of all, that are carried along before the files are made anew. */
const DEAD_SHARE = 0.5;

/** How a gallery is opened. */
export interface GalleryOptions {
  folder: string;
  /** P */
  probes: number;
  settings: SearchSettings;
  faiss: FaissLibrary | null;
  products: MatrixProducts;
}

/**
 * All descriptors of one probe set; `gallery-search.ts` says how questions are answered.
 *
 * Rows go to an append-only file; a journal says which belong to which model. In the background a build process fits
 * the basis and makes the index over the rows of that moment (a snapshot), which is swapped in whole. Rows that came
 * later are scanned exactly beside the index, and rows of removed models are passed over, so a change is visible at
 * once and a build never delays one.
 */
export class Gallery {
  private readonly rows: RowFile;
  private readonly journal: Journal;
  private readonly snapshots: SnapshotStore;
  private readonly exact: ExactScan;
  private readonly sample: GallerySample;
  private readonly namer: LogitNames;
  private readonly heads = new LRUCache<string, Head>({ max: MOST_HEADS });
  /** Entries by first row, to find a row's model. */
  private ordered: GalleryEntry[] = [];
  private inUse: SnapshotInUse | null = null;
  private changedSinceBuild = 0;
  private building: Promise<void> | null = null;
  private closed = false;

  /** @throws Error when the files are damaged or of another format */
  constructor(private readonly options: GalleryOptions) {
    const { folder, probes, faiss } = options;
    this.journal = new Journal(join(folder, 'journal.jsonl'), probes);
    this.rows = new RowFile(join(folder, 'rows.f16'), probes, this.journal.rows, 'WRITE');
    this.snapshots = new SnapshotStore(folder, probes, faiss);
    this.exact = new ExactScan(this.rows, options.products);
    this.sample = new GallerySample(this.rows);
    this.namer = new LogitNames(this.sample, options.products);
    this.reorder();
    const kept = this.snapshots.load();
    if (kept && kept.rows <= this.rows.rows) {
      this.use(kept);
      this.changedSinceBuild = Math.abs(this.logits() - kept.logits);
    }
  }

  /** Makes the gallery hold exactly these models. @throws Error when most of its files would be waste */
  async sync(models: SearchModel[]): Promise<void> {
    const wanted = new Set(models.map(({ modelId }) => modelId));
    const gone = [...this.journal.entries.values()].filter(({ modelId }) => !wanted.has(modelId));
    let changed = 0;
    for (const { modelId, rows } of gone) {
      this.journal.remove(modelId);
      changed += rows;
    }
    this.reorder();
    if (this.deadRows() > this.rows.rows * DEAD_SHARE) throw new Error('most rows belong to removed models');
    for (const model of models) {
      changed += this.append(model);
      await setImmediate();
    }
    await this.inUse?.scales.extend();
    this.rebuildWhenDue(changed);
  }

  /** Adds a model, or replaces its rows when its responses are others than before. */
  async add(model: SearchModel): Promise<void> {
    const changed = this.append(model);
    await this.inUse?.scales.extend();
    this.rebuildWhenDue(changed);
  }

  async remove(modelId: string): Promise<void> {
    const entry = this.journal.entries.get(modelId);
    if (!entry) return;
    this.journal.remove(modelId);
    this.reorder();
    this.rebuildWhenDue(entry.rows);
  }

  /** The logits that answer a question best. */
  search(query: SearchQuery): Promise<SearchAnswer> {
    return searchLogits(this.view(), query);
  }

  /** The models that answer a question best, each by its best logit. */
  searchModels(query: SearchQuery): Promise<SearchAnswer> {
    const search = query.by.kind === 'CONCEPTS' ? rankModels : searchModels;
    return search(this.view(), query);
  }

  /** The descriptor of a logit; null when it has none or is not there. */
  descriptor(modelId: string, index: number): Float32Array | null {
    const entry = this.journal.entries.get(modelId);
    if (!entry || index >= entry.rows || entry.degenerate.includes(index)) return null;
    return this.rows.read(entry.firstRow + index);
  }

  /** The descriptors of a whole model, in output order; null when it is not there. */
  descriptors(modelId: string): Descriptors | null {
    const entry = this.journal.entries.get(modelId);
    if (!entry) return null;
    const degenerate = new Uint8Array(entry.rows);
    for (const output of entry.degenerate) degenerate[output] = 1;
    const data = this.rows.decoded(entry.firstRow, entry.rows);
    return { rows: { rows: entry.rows, columns: this.options.probes, data }, degenerate };
  }

  /** Names for outputs, for each of them best first; null for one without a descriptor. */
  async names({ modelId, indexes, vocabularyPath, first }: NamesQuery): Promise<(LogitName[] | null)[]> {
    const entry = this.journal.entries.get(modelId);
    const asked = indexes ?? Array.from({ length: entry?.rows ?? 0 }, (_, index) => index);
    const found = asked.map((index) => this.descriptor(modelId, index));
    const there = found.filter((descriptor) => descriptor !== null);
    const names = await this.namer.of(there, vocabularyPath, first, this.ordered);
    return found.map((descriptor) => (descriptor ? (names.shift() ?? null) : null));
  }

  stats(): GalleryStats {
    const snapshot = this.inUse?.snapshot;
    return {
      models: this.ordered.length,
      logits: this.logits(),
      degenerate: this.ordered.reduce((sum, entry) => sum + entry.degenerate.length, 0),
      index: snapshot?.index ? 'FAISS' : 'EXACT',
      faissAvailable: this.options.faiss !== null,
      basis: snapshot
        ? { version: snapshot.basis.version, rank: snapshot.basis.rank, logits: snapshot.logits }
        : null,
      prior: null,
      rebuilding: this.building !== null,
    };
  }

  /** Waits until no build is under way or due. */
  async settled(): Promise<void> {
    while (this.building) await this.building;
  }

  /** Ends background work and closes the files, which stay as they are. */
  close(): void {
    this.closed = true;
    this.snapshots.stop();
    this.journal.close();
    this.rows.close();
  }

  /** @returns how many logits came or went */
  private append(model: SearchModel): number {
    const present = this.journal.entries.get(model.modelId);
    if (present?.responsesDigest === model.responsesDigest) return 0;
    const { rows, degenerate } = loadDescriptors(model.responsesPath, this.options.probes);
    const firstRow = this.rows.rows;
    this.rows.append(encodeFloat16(rows.data));
    const flagged = [...degenerate.keys()].filter((output) => degenerate[output] === 1);
    const { modelId, responsesDigest } = model;
    this.journal.add({
      modelId,
      responsesDigest,
      firstRow,
      rows: rows.rows,
      degenerate: flagged,
      skewness: meanSkewness(rows, degenerate),
    });
    this.reorder();
    return rows.rows + (present?.rows ?? 0);
  }

  private view(): GalleryView {
    return {
      entries: this.ordered,
      inUse: this.inUse,
      rows: this.rows,
      exact: this.exact,
      sample: this.sample,
      products: this.options.products,
      heads: this.heads,
      exactLimit: this.options.settings.exactLimit,
      entryAt: (row) => this.entryAt(row),
      descriptor: (modelId, index) => this.descriptor(modelId, index),
    };
  }

  private logits(): number {
    return comparable(this.ordered);
  }

  private deadRows(): number {
    return this.rows.rows - this.ordered.reduce((sum, entry) => sum + entry.rows, 0);
  }

  private reorder(): void {
    this.ordered = [...this.journal.entries.values()].sort((a, b) => a.firstRow - b.firstRow);
  }

  private entryAt(row: number): GalleryEntry | undefined {
    let low = 0;
    let high = this.ordered.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const entry = this.ordered[middle];
      if (row < entry.firstRow) high = middle - 1;
      else if (row >= entry.firstRow + entry.rows) low = middle + 1;
      else return entry;
    }
    return undefined;
  }

  private use(snapshot: Snapshot): void {
    this.inUse = { snapshot, scales: new RowScales(snapshot, this.rows, this.options.products) };
  }

  private rebuildWhenDue(changed: number): void {
    this.changedSinceBuild += changed;
    const builtOn = this.inUse?.snapshot.logits ?? null;
    if (this.building || this.closed || !needsRebuild(this.logits(), builtOn, this.changedSinceBuild)) return;
    this.changedSinceBuild = 0;
    this.building = this.rebuild()
      .catch((thrown) => {
        if (!this.closed) process.stderr.write(`a gallery's basis cannot be fitted: ${String(thrown)}\n`);
      })
      .finally(() => {
        this.building = null;
        this.rebuildWhenDue(0);
      });
  }

  private async rebuild(): Promise<void> {
    const { folder, settings, faiss } = this.options;
    const snapshot = await this.snapshots.build({
      rowsPath: join(folder, 'rows.f16'),
      version: randomUUID(),
      rows: this.rows.rows,
      live: this.ordered.map(({ firstRow, rows, degenerate }) => ({ firstRow, rows, degenerate })),
      withIndex: faiss !== null && this.logits() > settings.exactLimit,
    });
    if (!this.closed) this.use(snapshot);
  }
}

function meanSkewness(rows: Matrix, degenerate: Uint8Array): number | null {
  let sum = 0;
  let counted = 0;
  for (let row = 0; row < rows.rows; row++) {
    if (degenerate[row] === 1) continue;
    sum += skewness(rowOf(rows, row));
    counted++;
  }
  return counted < FEWEST_FOR_SKEWNESS ? null : sum / counted;
}
