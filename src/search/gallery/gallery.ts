import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Descriptors } from '../../domain/index.js';
import { GalleryMaps } from '../map/gallery-maps.js';
import { mapPage } from '../map/map-page.js';
import type { MatrixProducts } from '../matrix-products.js';
import { ExactScan } from '../ranking/exact-scan.js';
import { KnownQueries } from '../ranking/known-queries.js';
import { LogitNames } from '../ranking/logit-names.js';
import { RankingCache } from '../ranking/ranking-cache.js';
import type { ActiveSnapshot } from '../ranking/scorer.js';
import { searchLogits } from '../ranking/search-logits.js';
import { searchModels } from '../ranking/search-models.js';
import { searchModelsByConcepts } from '../ranking/search-models-by-concepts.js';
import { VocabularyQueries } from '../ranking/vocabulary-queries.js';
import type {
  GalleryPrior,
  GalleryStats,
  LogitName,
  MapPage,
  NamesRequest,
  SearchModel,
  SearchRequest,
  SearchResults,
  SearchSettings,
  UnreadableModel,
} from '../search-query.js';
import { BasisBuilds } from '../snapshot/basis-builds.js';
import { BasisProducts } from '../snapshot/basis-products.js';
import type { FaissLibrary } from '../snapshot/faiss.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import { SnapshotStore } from '../snapshot/snapshot-store.js';
import { type AppendTarget, appendModel, type ModelResponses } from './append-model.js';
import { GallerySample } from './gallery-sample.js';
import type { GalleryView } from './gallery-view.js';
import { countLogits, type GalleryEntry, Journal } from './journal.js';
import { UnreadableResponses } from './load-descriptors.js';
import { RowFile } from './row-file.js';
import { RowNeighbors } from './row-neighbors.js';
import { RowProjections } from './row-projections.js';
import { VisibleEntries } from './visible-entries.js';

/** Share of rows that may belong to removed models before the files are rebuilt. */
const MAX_DEAD_SHARE = 0.5;
/** Partly probed models are completed again when the prior was fitted to this many times as many logits. */
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
  /** Called after a build, so that `recompleteModels` takes its turn among the gallery's changes. */
  onNewBasis(gallery: Gallery): void;
}

/**
 * All descriptors of one probe set. `search-logits.ts` and `search-models.ts` describe how searches run.
 *
 * Descriptors are appended to a file of rows; the journal maps rows to models. A build process fits the basis and the
 * index to the rows of one moment (a snapshot), and the new snapshot replaces the old one as a whole. Newer rows are
 * scanned exactly beside the index, and rows of removed models are skipped. So a change is visible at once, and a build
 * never delays one (docs/architecture.md, "The gallery's files").
 */
export class Gallery {
  private readonly rows: RowFile;
  private readonly journal: Journal;
  private readonly snapshots: SnapshotStore;
  private readonly scan: ExactScan;
  private readonly sample: GallerySample;
  private readonly neighbors = new RowNeighbors();
  private readonly visible = new VisibleEntries();
  private readonly vocabulary = new VocabularyQueries();
  private readonly namer: LogitNames;
  private readonly maps: GalleryMaps;
  private readonly cache = new RankingCache();
  private readonly queries = new KnownQueries();
  private readonly builds: BasisBuilds;
  private active: ActiveSnapshot | null = null;
  /** Files of the models' responses, by model: a new prior completes partly probed models again. */
  private readonly responsePaths = new Map<string, string>();
  /** Models whose responses could not be read, which is not tried again until their file changes. */
  private readonly failed = new Map<string, { state: string; problem: string }>();

  /** @throws Error when the files are damaged or have another format */
  constructor(private readonly options: GalleryOptions) {
    const { folder, probes, faiss } = options;
    this.journal = new Journal(join(folder, 'journal.jsonl'), probes);
    this.rows = new RowFile(join(folder, 'rows.f16'), probes, this.journal.usedRows, 'WRITE');
    this.checkRows();
    this.snapshots = new SnapshotStore(folder, probes, faiss);
    this.maps = new GalleryMaps(folder);
    this.scan = new ExactScan();
    this.sample = new GallerySample(this.rows);
    this.namer = new LogitNames(this.sample, options.products, this.vocabulary);
    const last = this.snapshots.load(this.rows);
    if (last) this.use(last);
    this.builds = new BasisBuilds(
      {
        logits: () => this.journal.logits,
        builtOn: () => this.active?.snapshot.logits ?? null,
        build: () => this.build(),
        use: (snapshot) => {
          this.use(snapshot);
          options.onNewBasis(this);
        },
      },
      last ? Math.abs(this.journal.logits - last.logits) : 0,
    );
  }

  /**
   * Makes the gallery hold exactly these models, but for those whose responses cannot be read.
   *
   * @returns the models that are left out
   * @throws Error when most rows would belong to removed models
   */
  async sync(models: SearchModel[]): Promise<UnreadableModel[]> {
    const unreadable: UnreadableModel[] = [];
    const listed = new Set(models.map(({ modelId }) => modelId));
    const removed = this.journal.entries.filter(({ modelId }) => !listed.has(modelId));
    let changed = 0;
    for (const { modelId, rows } of removed) {
      this.journal.remove(modelId);
      this.responsePaths.delete(modelId);
      changed += rows;
    }
    if (this.rows.rows - this.journal.outputs > this.rows.rows * MAX_DEAD_SHARE)
      throw new Error('most rows belong to removed models');
    for (const model of models) {
      this.responsePaths.set(model.modelId, model.responsesPath);
      const state = stateOf(model);
      const earlier = this.failed.get(model.modelId);
      if (earlier?.state === state) {
        unreadable.push({ modelId: model.modelId, problem: earlier.problem });
        continue;
      }
      try {
        changed += await this.append(model);
      } catch (thrown) {
        if (!(thrown instanceof UnreadableResponses)) throw thrown;
        // Its earlier responses are not the model's any more.
        await this.remove(model.modelId);
        this.failed.set(model.modelId, { state, problem: thrown.message });
        unreadable.push({ modelId: model.modelId, problem: thrown.message });
      }
      await setImmediate();
    }
    await this.active?.projections.extend();
    this.builds.recordChanges(changed);
    return unreadable;
  }

  /** Adds a model, or replaces its rows when its responses have changed. */
  async add(model: SearchModel): Promise<void> {
    this.responsePaths.set(model.modelId, model.responsesPath);
    const changed = await this.append(model);
    await this.active?.projections.extend();
    this.builds.recordChanges(changed);
  }

  async remove(modelId: string): Promise<void> {
    const entry = this.journal.get(modelId);
    this.responsePaths.delete(modelId);
    if (!entry) return;
    this.journal.remove(modelId);
    this.builds.recordChanges(entry.rows);
  }

  /** The logits that match best. @throws the signal's reason */
  search(request: SearchRequest, signal?: AbortSignal): Promise<SearchResults> {
    return searchLogits(this.view(signal), request);
  }

  /** The models that match best, each by its best logit. @throws the signal's reason */
  searchModels(request: SearchRequest, signal?: AbortSignal): Promise<SearchResults> {
    const search = request.query.kind === 'CONCEPTS' ? searchModelsByConcepts : searchModels;
    return search(this.view(signal), request);
  }

  /** The descriptor of a logit, P values; null for a degenerate or unknown logit. */
  descriptor(modelId: string, index: number): Float32Array | null {
    const row = this.rowOf(modelId, index);
    return row === null ? null : this.rows.read(row);
  }

  /** All descriptors of a model, C × P; null for an unknown model. */
  descriptors(modelId: string): Descriptors | null {
    const entry = this.journal.get(modelId);
    if (!entry) return null;
    const degenerate = new Uint8Array(entry.rows);
    for (const output of entry.degenerate) degenerate[output] = 1;
    const data = this.rows.decoded(entry.firstRow, entry.rows);
    return { rows: { rows: entry.rows, columns: this.options.probes, data }, degenerate };
  }

  /** Names for each output, best first; null for an output without a descriptor. */
  names(
    { modelId, indexes, vocabularyPath, hidden, first }: NamesRequest,
    signal?: AbortSignal,
  ): Promise<(LogitName[] | null)[]> {
    const entry = this.journal.get(modelId);
    const outputs = indexes ?? Array.from({ length: entry?.rows ?? 0 }, (_, index) => index);
    return this.namer.of(
      outputs.map((index) => {
        const row = this.rowOf(modelId, index);
        return row === null ? null : { row, read: () => this.rows.read(row) };
      }),
      vocabularyPath,
      first,
      this.visible.without(this.journal.entries, hidden),
      signal,
    );
  }

  /** @param hidden models that the caller does not see */
  stats(hidden: readonly string[] = []): GalleryStats {
    const snapshot = this.active?.snapshot;
    const counted = this.visible.without(this.journal.entries, hidden);
    const logits = countLogits(counted);
    return {
      models: counted.length,
      logits,
      degenerate: counted.reduce((sum, { rows }) => sum + rows, 0) - logits,
      index: snapshot?.index && logits > this.options.settings.exactLimit ? 'FAISS' : 'EXACT',
      faissAvailable: this.options.faiss !== null,
      basis: snapshot
        ? { version: snapshot.basis.version, rank: snapshot.basis.rank, logits: snapshot.fit.logits }
        : null,
      prior: this.priorFacts && statsOf(this.priorFacts),
      rebuilding: this.builds.running,
      scannedRows: this.scan.scannedRows,
    };
  }

  /** Some points of the map. @param hidden models that the caller does not see */
  map({ from, first, hidden }: { from: number; first: number; hidden?: readonly string[] }): MapPage {
    const snapshot = this.active?.snapshot;
    const current = snapshot
      ? this.maps.current({
          version: snapshot.version,
          snapshotFolder: snapshot.folder,
          wideRank: snapshot.wide.rank,
          rank: snapshot.basis.rank,
          rows: () => this.mappedRows(snapshot),
        })
      : null;
    const seen = new Set(this.visible.without(this.journal.entries, hidden));
    const entryAt = (row: number) => {
      const entry = this.journal.entryAt(row);
      return entry && seen.has(entry) ? entry : null;
    };
    const state = current ? 'READY' : snapshot ? 'MAKING' : 'TOO_SMALL';
    const { isMaking } = this.maps;
    return {
      state,
      version: current?.version ?? null,
      isMaking,
      ...mapPage(current?.map, entryAt, from, first),
    };
  }

  /** Rows of the present models that the snapshot has vectors of. */
  private mappedRows({ rows, scales }: Snapshot): Uint32Array {
    return Uint32Array.from(
      this.journal.entries.flatMap(({ firstRow, rows: outputs }) =>
        Array.from({ length: outputs }, (_, index) => firstRow + index).filter(
          (row) => row < rows && scales[row] > 0,
        ),
      ),
    ).sort();
  }

  /** Resolves when no build is running or due. */
  async settled(): Promise<void> {
    await this.builds.settled();
    await this.neighbors.settled();
  }

  /** Why the snapshot on disk could not be used, so that another one is built; null if nothing was wrong. */
  get snapshotProblem(): string | null {
    return this.snapshots.problem;
  }

  /** Stops background work and closes the files. */
  close(): void {
    this.builds.stop();
    this.snapshots.stop();
    this.maps.stop();
    this.journal.close();
    this.rows.close();
    this.active?.snapshot.projections.close();
  }

  /** The prior for new models; null while too few models are fully probed. */
  prior(): GalleryPrior | null {
    if (!this.priorFacts) return null;
    const { path, models, logits } = this.priorFacts;
    return { path, fullyProbed: { models, logits } };
  }

  private get priorFacts(): Snapshot['prior'] {
    return this.active?.snapshot.prior ?? null;
  }

  /** @returns how many logits were added or removed */
  private async append(model: ModelResponses): Promise<number> {
    const present = this.journal.get(model.modelId);
    const isSame =
      present?.responsesDigest === model.responsesDigest &&
      (present.multiLabel ?? false) === (model.multiLabel ?? false);
    if (isSame && !this.isStale(present)) return 0;
    const { completing } = this.options;
    await appendModel({ rows: this.rows, journal: this.journal, completing }, model, this.priorFacts);
    return (this.journal.get(model.modelId)?.rows ?? 0) + (present?.rows ?? 0);
  }

  /** Whether a partly probed model was completed with a much smaller prior than the present one. */
  private isStale({ coverage, completedFrom }: GalleryEntry): boolean {
    return (
      coverage < 1 && this.priorFacts !== null && this.priorFacts.logits >= RECOMPLETE_GROWTH * completedFrom
    );
  }

  /**
   * Completes partly probed models again after a build has fitted a much larger prior. The new rows are not in the index
   * yet, so they count as changes and may start one more build. That build's prior is no larger, so it is the last.
   */
  async recompleteModels(): Promise<void> {
    let changed = 0;
    for (const entry of this.journal.entries) {
      const responsesPath = this.responsePaths.get(entry.modelId);
      if (responsesPath === undefined || !this.isStale(entry)) continue;
      const { modelId, responsesDigest, multiLabel } = entry;
      changed += await this.append({ modelId, responsesDigest, multiLabel, responsesPath });
      await setImmediate();
    }
    await this.active?.projections.extend();
    this.builds.recordChanges(changed);
  }

  /** @throws Error when rows are not those that were written */
  private checkRows(): void {
    for (const { firstRow, rows, certaintyRow, checksum } of this.journal.entries) {
      const count = rows + (certaintyRow === null ? 0 : 1);
      if (this.rows.checksum(firstRow, count) !== checksum) throw new Error('the descriptor file is damaged');
    }
  }

  private certaintyOf(row: number): Float32Array | null {
    const certaintyRow = this.journal.entryAt(row)?.certaintyRow ?? null;
    return certaintyRow === null ? null : this.rows.read(certaintyRow);
  }

  /** @param signal ends scans of this view */
  private view(signal?: AbortSignal): GalleryView {
    return {
      entries: this.journal.entries,
      without: (hidden) => this.visible.without(this.journal.entries, hidden),
      active: this.active,
      rows: this.rows,
      scan: this.scan.withSignal(signal),
      sample: this.sample,
      neighbors: this.neighbors,
      cache: this.cache,
      queries: this.queries,
      vocabulary: this.vocabulary,
      exactLimit: this.options.settings.exactLimit,
      entryAt: (row) => this.journal.entryAt(row),
      certaintyOf: (row) => this.certaintyOf(row),
      rowOf: (modelId, index) => this.rowOf(modelId, index),
    };
  }

  private rowOf(modelId: string, index: number): number | null {
    const entry = this.journal.get(modelId);
    if (!entry || index < 0 || index >= entry.rows || entry.degenerate.includes(index)) return null;
    return entry.firstRow + index;
  }

  private use(snapshot: Snapshot): void {
    this.active?.snapshot.projections.close();
    const projections = new RowProjections(snapshot, this.rows, this.options.products);
    this.active = { snapshot, projections, products: new BasisProducts(snapshot) };
  }

  private build(): Promise<Snapshot> {
    const { folder, settings, faiss } = this.options;
    return this.snapshots.build({
      rowsPath: join(folder, 'rows.f16'),
      version: randomUUID(),
      rows: this.rows.rows,
      live: this.journal.entries.map(({ firstRow, rows, degenerate, coverage }) => ({
        firstRow,
        rows,
        degenerate,
        isFullyProbed: coverage === 1,
      })),
      withIndex: faiss !== null && this.journal.logits > settings.exactLimit,
    });
  }
}

/** The file of a model's responses, as far as its folder tells. */
function stateOf({ responsesDigest, responsesPath }: SearchModel): string {
  const facts = statSync(responsesPath, { throwIfNoEntry: false });
  return [responsesDigest, facts?.size, facts?.mtimeMs, facts?.ino].join(' ');
}

function statsOf({ path: _, ...facts }: NonNullable<Snapshot['prior']>): GalleryStats['prior'] {
  return facts;
}
