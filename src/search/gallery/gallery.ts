import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Descriptors } from '../../domain/index.js';
import type { MatrixProducts } from '../matrix-products.js';
import { ExactScan } from '../ranking/exact-scan.js';
import { LogitNames } from '../ranking/logit-names.js';
import { RankingCache } from '../ranking/ranking-cache.js';
import type { ActiveSnapshot } from '../ranking/scorer.js';
import { searchLogits } from '../ranking/search-logits.js';
import { searchModels } from '../ranking/search-models.js';
import { searchModelsByConcepts } from '../ranking/search-models-by-concepts.js';
import type {
  GalleryPrior,
  GalleryStats,
  LogitName,
  NamesRequest,
  SearchModel,
  SearchRequest,
  SearchResults,
  SearchSettings,
} from '../search-query.js';
import { BasisBuilds } from '../snapshot/basis-builds.js';
import type { FaissLibrary } from '../snapshot/faiss.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import { SnapshotStore } from '../snapshot/snapshot-store.js';
import { type AppendTarget, appendModel } from './append-model.js';
import { GallerySample } from './gallery-sample.js';
import { countLogits, type GalleryView } from './gallery-view.js';
import { type GalleryEntry, Journal } from './journal.js';
import { OrderedEntries } from './ordered-entries.js';
import { RowFile } from './row-file.js';
import { RowScales } from './row-scales.js';

/** Rows of removed models, as a share of all, that are carried along before the files are made anew. */
const MAX_DEAD_SHARE = 0.5;
/** Growth of what a prior was learned from after which partly probed models are completed again. */
const RECOMPLETE_GROWTH = 2;

/** How a gallery is opened. */
export interface GalleryOptions {
  folder: string;
  /** P */
  probes: number;
  settings: SearchSettings;
  faiss: FaissLibrary | null;
  products: MatrixProducts;
  /** Shared by all galleries. */
  completing: AppendTarget['completing'];
  /** Told after a build, so that `completeAnew` takes its turn among the gallery's changes. */
  onNewBasis(gallery: Gallery): void;
}

/**
 * All descriptors of one probe set; `search-logits.ts` and `search-models.ts` say how questions are answered.
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
  private readonly scan: ExactScan;
  private readonly sample: GallerySample;
  private readonly namer: LogitNames;
  private readonly cache = new RankingCache();
  private readonly builds: BasisBuilds;
  private ordered: OrderedEntries;
  private active: ActiveSnapshot | null = null;
  /** Where the responses of each model are. */
  private models = new Map<string, SearchModel>();

  /** @throws Error when the files are damaged or of another format */
  constructor(private readonly options: GalleryOptions) {
    const { folder, probes, faiss } = options;
    this.journal = new Journal(join(folder, 'journal.jsonl'), probes);
    this.rows = new RowFile(join(folder, 'rows.f16'), probes, this.journal.rows, 'WRITE');
    this.snapshots = new SnapshotStore(folder, probes, faiss);
    this.scan = new ExactScan(this.rows, options.products);
    this.sample = new GallerySample(this.rows);
    this.namer = new LogitNames(this.sample, options.products);
    this.ordered = new OrderedEntries(this.journal.entries.values());
    const kept = this.snapshots.load();
    const last = kept && kept.rows <= this.rows.rows ? kept : null;
    if (last) this.use(last);
    this.builds = new BasisBuilds(
      {
        logits: () => this.ordered.logits,
        builtOn: () => this.active?.snapshot.logits ?? null,
        build: () => this.build(),
        use: (snapshot) => {
          this.use(snapshot);
          options.onNewBasis(this);
        },
      },
      last ? Math.abs(this.ordered.logits - last.logits) : 0,
    );
  }

  /** Makes the gallery hold exactly these models. @throws Error when most of its files would be waste */
  async sync(models: SearchModel[]): Promise<void> {
    const wanted = new Set(models.map(({ modelId }) => modelId));
    const removed = [...this.journal.entries.values()].filter(({ modelId }) => !wanted.has(modelId));
    let changed = 0;
    for (const { modelId, rows } of removed) {
      this.journal.remove(modelId);
      changed += rows;
    }
    this.reorder();
    if (this.rows.rows - this.ordered.rows > this.rows.rows * MAX_DEAD_SHARE)
      throw new Error('most rows belong to removed models');
    this.models = new Map(models.map((model) => [model.modelId, model]));
    for (const model of models) {
      changed += await this.append(model);
      await setImmediate();
    }
    await this.active?.scales.extend();
    this.builds.recordChanges(changed);
  }

  /** Adds a model, or replaces its rows when its responses are others than before. */
  async add(model: SearchModel): Promise<void> {
    this.models.set(model.modelId, model);
    const changed = await this.append(model);
    await this.active?.scales.extend();
    this.builds.recordChanges(changed);
  }

  async remove(modelId: string): Promise<void> {
    const entry = this.journal.entries.get(modelId);
    this.models.delete(modelId);
    if (!entry) return;
    this.journal.remove(modelId);
    this.reorder();
    this.builds.recordChanges(entry.rows);
  }

  /** The logits that answer a question best. */
  search(query: SearchRequest, signal?: AbortSignal): Promise<SearchResults> {
    return searchLogits(this.view(signal), query);
  }

  /** The models that answer a question best, each by its best logit. */
  searchModels(query: SearchRequest, signal?: AbortSignal): Promise<SearchResults> {
    const search = query.query.kind === 'CONCEPTS' ? searchModelsByConcepts : searchModels;
    return search(this.view(signal), query);
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
  names(
    { modelId, indexes, vocabularyPath, first }: NamesRequest,
    signal?: AbortSignal,
  ): Promise<(LogitName[] | null)[]> {
    const entry = this.journal.entries.get(modelId);
    const outputs = indexes ?? Array.from({ length: entry?.rows ?? 0 }, (_, index) => index);
    const descriptors = outputs.map((index) => this.descriptor(modelId, index));
    return this.namer.of(descriptors, vocabularyPath, first, this.ordered.list, signal);
  }

  /** @param excludeModels models that do not count */
  stats(excludeModels: string[] = []): GalleryStats {
    const snapshot = this.active?.snapshot;
    const excluded = new Set(excludeModels);
    const counted = this.ordered.list.filter(({ modelId }) => !excluded.has(modelId));
    const logits = countLogits(counted);
    return {
      models: counted.length,
      logits,
      degenerate: counted.reduce((sum, { rows }) => sum + rows, 0) - logits,
      index: snapshot?.index ? 'FAISS' : 'EXACT',
      faissAvailable: this.options.faiss !== null,
      basis: snapshot
        ? { version: snapshot.basis.version, rank: snapshot.basis.rank, logits: snapshot.logits }
        : null,
      prior: this.priorFacts && statsOf(this.priorFacts),
      rebuilding: this.builds.running,
      scannedRows: this.scan.scannedRows,
    };
  }

  /** Waits until no build is under way or due. */
  settled(): Promise<void> {
    return this.builds.settled();
  }

  /** Ends background work and closes the files, which stay as they are. */
  close(): void {
    this.builds.stop();
    this.snapshots.stop();
    this.journal.close();
    this.rows.close();
  }

  /** What new models are completed with; null while there is too little to learn it from. */
  prior(): GalleryPrior | null {
    if (!this.priorFacts) return null;
    const { path, models, logits } = this.priorFacts;
    return { path, fullyProbed: { models, logits } };
  }

  private get priorFacts(): Snapshot['prior'] {
    return this.active?.snapshot.prior ?? null;
  }

  /** @returns how many logits came or went */
  private async append(model: SearchModel): Promise<number> {
    const present = this.journal.entries.get(model.modelId);
    if (present?.responsesDigest === model.responsesDigest && !this.isStale(present)) return 0;
    const { completing } = this.options;
    await appendModel({ rows: this.rows, journal: this.journal, completing }, model, this.priorFacts);
    this.reorder();
    return (this.journal.entries.get(model.modelId)?.rows ?? 0) + (present?.rows ?? 0);
  }

  /** Whether so much more is known by now than a partly probed model was completed with that it pays to do it again. */
  private isStale({ coverage, completedFrom }: GalleryEntry): boolean {
    return (
      coverage < 1 && this.priorFacts !== null && this.priorFacts.logits >= RECOMPLETE_GROWTH * completedFrom
    );
  }

  /**
   * Completes partly probed models anew after a build has learned much more. Their new rows lie behind the index, so
   * they count as changes and call for the next build; that one knows no more, so it is the last.
   */
  async recompleteModels(): Promise<void> {
    let changed = 0;
    for (const entry of [...this.journal.entries.values()]) {
      const model = this.models.get(entry.modelId);
      if (!model || !this.isStale(entry)) continue;
      changed += await this.append(model);
      await setImmediate();
    }
    await this.active?.scales.extend();
    this.builds.recordChanges(changed);
  }

  private certaintyOf(row: number): Float32Array | null {
    const certaintyRow = this.ordered.at(row)?.certaintyRow ?? null;
    return certaintyRow === null ? null : this.rows.read(certaintyRow);
  }

  /** @param signal ends what is asked of the view */
  private view(signal?: AbortSignal): GalleryView {
    return {
      entries: this.ordered.list,
      active: this.active,
      rows: this.rows,
      scan: this.scan.withSignal(signal),
      sample: this.sample,
      products: this.options.products,
      cache: this.cache,
      exactLimit: this.options.settings.exactLimit,
      entryAt: (row) => this.ordered.at(row),
      certaintyOf: (row) => this.certaintyOf(row),
      descriptor: (modelId, index) => this.descriptor(modelId, index),
    };
  }

  private reorder(): void {
    this.ordered = new OrderedEntries(this.journal.entries.values());
  }

  private use(snapshot: Snapshot): void {
    this.active = { snapshot, scales: new RowScales(snapshot, this.rows, this.options.products) };
  }

  private build(): Promise<Snapshot> {
    const { folder, settings, faiss } = this.options;
    return this.snapshots.build({
      rowsPath: join(folder, 'rows.f16'),
      version: randomUUID(),
      rows: this.rows.rows,
      live: this.ordered.list.map(({ firstRow, rows, degenerate, coverage }) => ({
        firstRow,
        rows,
        degenerate,
        isFullyProbed: coverage === 1,
      })),
      withIndex: faiss !== null && this.ordered.logits > settings.exactLimit,
    });
  }
}

function statsOf({ path: _, ...facts }: NonNullable<Snapshot['prior']>): GalleryStats['prior'] {
  return facts;
}
