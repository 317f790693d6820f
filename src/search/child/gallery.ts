import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { decodeFloat16, dot, encodeFloat16, rowOf, whitenedNorm, zscore } from '../../domain/index.js';
import { ProbelogError } from '../../errors/index.js';
import { compiledEntry } from '../../runtime/index.js';
import type { BuildTask } from '../build/build-snapshot.js';
import type {
  GalleryStats,
  SearchAnswer,
  SearchHit,
  SearchModel,
  SearchPosition,
  SearchQuery,
  SearchSettings,
} from '../search-query.js';
import { BestHits, type Candidate } from './best-hits.js';
import type { FaissLibrary } from './faiss.js';
import { type GalleryEntry, Journal } from './journal.js';
import { loadDescriptors } from './load-descriptors.js';
import { needsRebuild } from './rebuild-rule.js';
import { RowFile } from './row-file.js';
import { conceptScorer, logitScorer, type Scorer } from './scorer.js';
import { readSnapshot, type Snapshot } from './snapshot.js';

/** Rows decoded at a time; between blocks other questions get their turn. */
const BLOCK_ROWS = 512;
/** Candidates asked of the index: of the exact top 10, at least 99.8 % lie among them (design 3.5b). */
const LEAST_CANDIDATES = 600;
const CANDIDATES_PER_HIT = 6;
/** Beyond, a page is so deep that the exact scan is the honest answer. */
const MOST_CANDIDATES = 3_000;
/** Rows of removed models, as a share of all, that are carried along before the files are made anew. */
const DEAD_SHARE = 0.5;

/** How a gallery is opened. */
export interface GalleryOptions {
  folder: string;
  /** P */
  probes: number;
  settings: SearchSettings;
  faiss: FaissLibrary | null;
}

/**
 * All descriptors of one probe set, and the search over them.
 *
 * Rows go to an append-only file; a journal says which belong to which model. In the background a build process fits
 * the basis and makes the index over the rows of that moment (a snapshot), which is swapped in whole. Rows that came
 * later are scanned exactly beside the index, and rows of removed models are passed over, so a change is visible at
 * once and a build never delays one.
 *
 *   query ─▶ few logits, deep page, filter, no FAISS? ─▶ exact scan ─────────────────────────▶ best hits
 *                     └─▶ index: candidates ─▶ exact score, with the rows behind the snapshot ─▶ best hits
 */
export class Gallery {
  private readonly rows: RowFile;
  private readonly journal: Journal;
  /** Entries by first row, to find a row's model. */
  private ordered: GalleryEntry[] = [];
  private snapshot: Snapshot | null = null;
  /** Scales of rows behind the snapshot. */
  private tailScales: number[] = [];
  private changedSinceBuild = 0;
  private building: Promise<void> | null = null;
  private builder: ChildProcess | null = null;
  private stopped = false;

  /** @throws Error when the files are damaged or of another format */
  constructor(private readonly options: GalleryOptions) {
    this.journal = new Journal(join(options.folder, 'journal.jsonl'), options.probes);
    this.rows = new RowFile(join(options.folder, 'rows.f16'), options.probes, this.journal.rows, 'WRITE');
    this.reorder();
    this.loadSnapshot();
  }

  /** Makes the gallery hold exactly these models. */
  async sync(models: SearchModel[]): Promise<void> {
    const wanted = new Set(models.map(({ modelId }) => modelId));
    const gone = [...this.journal.entries.keys()].filter((modelId) => !wanted.has(modelId));
    for (const modelId of gone) this.journal.remove(modelId);
    this.reorder();
    if (this.deadRows() > this.rows.rows * DEAD_SHARE) throw new Error('most rows belong to removed models');
    for (const model of models) await this.add(model);
    this.rebuildWhenDue(0);
  }

  /** Adds a model, or replaces its rows when its responses are others than before. */
  async add(model: SearchModel): Promise<void> {
    const present = this.journal.entries.get(model.modelId);
    if (present?.responsesDigest === model.responsesDigest) return;
    const { rows, degenerate } = loadDescriptors(model.responsesPath, this.options.probes);
    const firstRow = this.rows.rows;
    const scales: number[] = [];
    for (let row = 0; row < rows.rows; row++) {
      if (row % BLOCK_ROWS === 0) await setImmediate();
      scales.push(this.scaleOf(rowOf(rows, row)));
    }
    this.rows.append(encodeFloat16(rows.data));
    this.tailScales.push(...scales);
    const flagged = [...degenerate.keys()].filter((output) => degenerate[output] === 1);
    const { modelId, responsesDigest } = model;
    this.journal.add({ modelId, responsesDigest, firstRow, rows: rows.rows, degenerate: flagged });
    this.reorder();
    this.rebuildWhenDue(rows.rows + (present?.rows ?? 0));
  }

  async remove(modelId: string): Promise<void> {
    const entry = this.journal.entries.get(modelId);
    if (!entry) return;
    this.journal.remove(modelId);
    this.reorder();
    this.rebuildWhenDue(entry.rows);
  }

  async search(query: SearchQuery): Promise<SearchAnswer> {
    const scorer = this.scorerFor(query);
    const entries = this.entriesFor(query);
    const best = new BestHits(query.first + 1, this.place(query.after, scorer));
    const compared = entries.reduce((sum, entry) => sum + entry.rows - entry.degenerate.length, 0);
    const narrowed = query.models !== undefined;
    const wantedCandidates = this.candidateCount(query);
    const useIndex =
      scorer.indexVector && this.snapshot?.index && compared > this.options.settings.exactLimit;
    if (useIndex && !narrowed && wantedCandidates <= MOST_CANDIDATES) {
      await this.searchIndex(scorer, new Set(entries), wantedCandidates, best);
    } else {
      await this.scan(scorer, entries, best);
    }
    const list = best.list();
    return {
      hits: list.slice(0, query.first).map((candidate, order) => this.hit(candidate, scorer, query, order)),
      hasMore: list.length > query.first,
      candidates: compared,
    };
  }

  /** The best logit of each model, best model first. */
  async searchModels(query: SearchQuery): Promise<SearchAnswer> {
    const scorer = this.scorerFor(query);
    const entries = this.entriesFor(query);
    const best = new BestHits(query.first + 1, query.after && { ...query.after, index: -1 });
    const chosen = new Map<string, Candidate>();
    for (const entry of entries) {
      const own = new BestHits(1);
      await this.scan(scorer, [entry], own);
      const [candidate] = own.list();
      if (!candidate) continue;
      chosen.set(entry.modelId, candidate);
      best.offer({ ...candidate, index: -1 });
    }
    const list = best.list();
    return {
      hits: list.slice(0, query.first).map((candidate, order) => {
        const logit = chosen.get(candidate.modelId) ?? candidate;
        const hit = this.hit(logit, scorer, query, order);
        return { ...hit, position: { ...hit.position, index: -1 } };
      }),
      hasMore: list.length > query.first,
      candidates: chosen.size,
    };
  }

  descriptor(modelId: string, index: number): Float32Array | null {
    const entry = this.journal.entries.get(modelId);
    if (!entry || index >= entry.rows || entry.degenerate.includes(index)) return null;
    return this.rows.read(entry.firstRow + index);
  }

  stats(): GalleryStats {
    const degenerate = this.ordered.reduce((sum, entry) => sum + entry.degenerate.length, 0);
    const basis = this.snapshot?.basis;
    return {
      models: this.ordered.length,
      logits: this.logits(),
      degenerate,
      index: this.snapshot?.index ? 'FAISS' : 'EXACT',
      faissAvailable: this.options.faiss !== null,
      basis: basis ? { version: basis.version, rank: basis.rank, logits: this.snapshot?.logits ?? 0 } : null,
      rebuilding: this.building !== null,
    };
  }

  /** Waits until no build is under way or due. */
  async settled(): Promise<void> {
    while (this.building) await this.building;
  }

  /** Ends background work and closes the files, which stay as they are. */
  close(): void {
    this.stopped = true;
    this.builder?.kill('SIGKILL');
    this.journal.close();
    this.rows.close();
  }

  private scorerFor({ by, metric }: SearchQuery): Scorer {
    const basis = this.snapshot?.basis ?? null;
    if (by.kind === 'CONCEPT') return conceptScorer(by.cosines, metric, basis);
    const descriptor = this.descriptor(by.modelId, by.index);
    if (descriptor) return logitScorer(descriptor, metric, basis);
    throw new ProbelogError('LOGIT_DEGENERATE', 'This logit has no descriptor, so nothing is similar to it.');
  }

  private entriesFor({ models, excludeModels }: SearchQuery): GalleryEntry[] {
    const allowed = models && new Set(models);
    const excluded = new Set(excludeModels);
    return this.ordered.filter(({ modelId }) => (allowed?.has(modelId) ?? true) && !excluded.has(modelId));
  }

  /** A position under another basis is scored anew, so that paging goes on behind the same logit. */
  private place(after: SearchPosition | undefined, scorer: Scorer): SearchPosition | undefined {
    if (!after || after.version === this.version() || scorer.byDistance) return after;
    const entry = this.journal.entries.get(after.modelId);
    if (!entry || after.index >= entry.rows) return after;
    return { ...after, value: this.score(entry.firstRow + after.index, scorer) };
  }

  private candidateCount({ first, after }: SearchQuery): number {
    return Math.max(LEAST_CANDIDATES, ((after?.depth ?? 0) + first) * CANDIDATES_PER_HIT);
  }

  private async searchIndex(
    scorer: Scorer,
    entries: Set<GalleryEntry>,
    wanted: number,
    best: BestHits,
  ): Promise<void> {
    const { index, indexedRows, rows } = this.snapshot as Snapshot;
    const found = index?.search(Array.from(scorer.indexVector ?? []), Math.min(wanted, indexedRows.length));
    for (const label of found?.labels ?? []) {
      if (label < 0) continue;
      const row = indexedRows[label];
      const entry = this.entryAt(row);
      if (entry && entries.has(entry)) best.offer(this.candidate(entry, row, scorer));
    }
    await this.scan(
      scorer,
      [...entries].filter(({ firstRow }) => firstRow >= rows),
      best,
    );
  }

  private async scan(scorer: Scorer, entries: GalleryEntry[], best: BestHits): Promise<void> {
    const block = new Uint16Array(BLOCK_ROWS * this.options.probes);
    const decoded = new Float32Array(this.options.probes);
    let sinceTurn = 0;
    for (const entry of entries) {
      const degenerate = new Set(entry.degenerate);
      for (let first = 0; first < entry.rows; first += BLOCK_ROWS) {
        const count = Math.min(BLOCK_ROWS, entry.rows - first);
        const values = this.rows.encoded(entry.firstRow + first, count, block);
        for (let offset = 0; offset < count; offset++) {
          const index = first + offset;
          if (degenerate.has(index)) continue;
          const row = entry.firstRow + index;
          decodeRow(values, offset * this.options.probes, decoded);
          const value = scorer.byDistance
            ? -scorer.distance(decoded)
            : dot(scorer.weights, decoded) * this.scale(row, scorer);
          if (value >= best.threshold) best.offer({ value, modelId: entry.modelId, index, row });
        }
        sinceTurn += count;
        if (sinceTurn >= BLOCK_ROWS * 8) {
          sinceTurn = 0;
          await setImmediate();
        }
      }
    }
  }

  private candidate(entry: GalleryEntry, row: number, scorer: Scorer): Candidate {
    const value = scorer.byDistance ? -scorer.distance(this.rows.read(row)) : this.score(row, scorer);
    return { value, modelId: entry.modelId, index: row - entry.firstRow, row };
  }

  private score(row: number, scorer: Scorer): number {
    return dot(scorer.weights, this.rows.read(row)) * this.scale(row, scorer);
  }

  private scale(row: number, scorer: Scorer): number {
    if (scorer.scale !== null) return scorer.scale;
    const built = this.snapshot?.rows ?? 0;
    return row < built ? (this.snapshot as Snapshot).scales[row] : this.tailScales[row - built];
  }

  private hit(candidate: Candidate, scorer: Scorer, query: SearchQuery, order: number): SearchHit {
    const descriptor = this.rows.read(candidate.row);
    const { modelId, index, value } = candidate;
    return {
      modelId,
      index,
      score: scorer.byDistance ? this.score(candidate.row, scorer) : value,
      distance: scorer.distance(descriptor),
      position: {
        value,
        modelId,
        index,
        version: this.version(),
        depth: (query.after?.depth ?? 0) + order + 1,
      },
    };
  }

  private version(): string {
    return this.snapshot?.basis.version ?? 'cold';
  }

  private logits(): number {
    return this.ordered.reduce((sum, entry) => sum + entry.rows - entry.degenerate.length, 0);
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

  private scaleOf(descriptor: Float32Array): number {
    if (!this.snapshot || zscore(descriptor) === null) return 0;
    return 1 / whitenedNorm(this.snapshot.basis, descriptor);
  }

  private rebuildWhenDue(changed: number): void {
    this.changedSinceBuild += changed;
    const builtOn = this.snapshot?.logits ?? null;
    if (this.building || this.stopped || !needsRebuild(this.logits(), builtOn, this.changedSinceBuild))
      return;
    this.changedSinceBuild = 0;
    this.building = this.rebuild()
      .catch((thrown) => {
        if (!this.stopped) process.stderr.write(`a gallery's basis cannot be fitted: ${String(thrown)}\n`);
      })
      .finally(() => {
        this.building = null;
        this.builder = null;
        this.rebuildWhenDue(0);
      });
  }

  private async rebuild(): Promise<void> {
    const version = randomUUID();
    const { folder, probes, settings, faiss } = this.options;
    const task: BuildTask = {
      rowsPath: join(folder, 'rows.f16'),
      targetFolder: join(folder, `snapshot-${version}`),
      version,
      probes,
      rows: this.rows.rows,
      live: this.ordered.map(({ firstRow, rows, degenerate }) => ({ firstRow, rows, degenerate })),
      withIndex: faiss !== null && this.logits() > settings.exactLimit,
    };
    await this.runBuilder(task);
    const previous = this.snapshot;
    const next = readSnapshot(task.targetFolder, probes, faiss);
    const tail: number[] = [];
    for (let row = next.rows; row < this.rows.rows; row++) {
      const descriptor = this.rows.read(row);
      tail.push(zscore(descriptor) === null ? 0 : 1 / whitenedNorm(next.basis, descriptor));
    }
    this.snapshot = next;
    this.tailScales = tail;
    const pointer = join(folder, 'current');
    writeFileSync(`${pointer}.new`, version, { flush: true });
    renameSync(`${pointer}.new`, pointer);
    if (previous)
      rmSync(join(folder, `snapshot-${previous.basis.version}`), { recursive: true, force: true });
  }

  private runBuilder(task: BuildTask): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = fork(compiledEntry(import.meta.url, '../build/child/main.js'), [], {
        execArgv: [],
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      this.builder = child;
      child.once('exit', (code, signal) => {
        if (code === 0) resolve();
        else reject(new Error(`the build process ended with ${signal ?? code}`));
      });
      child.send(task);
    });
  }

  private loadSnapshot(): void {
    const { folder, probes, faiss } = this.options;
    const pointer = join(folder, 'current');
    const version = existsSync(pointer) ? readFileSync(pointer, 'utf8') : null;
    for (const name of readdirSync(folder)) {
      if (name.startsWith('snapshot-') && name !== `snapshot-${version}`) {
        rmSync(join(folder, name), { recursive: true, force: true });
      }
    }
    if (version === null) return;
    try {
      const snapshot = readSnapshot(join(folder, `snapshot-${version}`), probes, faiss);
      if (snapshot.rows > this.rows.rows) throw new Error('the snapshot is of other rows');
      this.snapshot = snapshot;
    } catch {
      rmSync(pointer, { force: true });
      return;
    }
    for (let row = this.snapshot.rows; row < this.rows.rows; row++) {
      this.tailScales.push(this.scaleOf(this.rows.read(row)));
    }
    this.changedSinceBuild = Math.abs(this.logits() - this.snapshot.logits);
  }
}

function decodeRow(values: Uint16Array, offset: number, target: Float32Array): void {
  decodeFloat16(values.subarray(offset, offset + target.length), target);
}
