import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Matrix, similarityMatrix } from '../../domain/index.js';
import { messageOf, ProbelogError } from '../../errors/index.js';
import { SerialQueue } from '../../lib/serial-queue.js';
import { Gallery } from '../gallery/gallery.js';
import { type MatrixProducts, openMatrixProducts } from '../matrix-products.js';
import type { SearchCalls } from '../protocol.js';
import { matchOutputs } from '../ranking/match-outputs.js';
import type {
  GalleryPrior,
  GalleryStats,
  LogitName,
  MapPage,
  NamesRequest,
  OutputMatches,
  SearchModel,
  SearchProbeSet,
  SearchRequest,
  SearchResults,
  SearchSettings,
  SyncReport,
} from '../search-query.js';
import { type FaissLibrary, loadFaissForQueries } from '../snapshot/faiss.js';
import { CompletionThread } from './completion/completion-thread.js';

type Awaitable<Calls> = {
  [Name in keyof Calls]: Calls[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Result> | Result
    : never;
};

/** All galleries of one search folder. Changes run one after another, and searches between them. */
export class SearchWorker implements Awaitable<SearchCalls> {
  private readonly galleries = new Map<string, Gallery>();
  private readonly completing = new CompletionThread();
  private readonly changes = new SerialQueue();
  private folder = '';
  private settings: SearchSettings = { exactLimit: 0 };
  private faiss: FaissLibrary | null = null;
  private products: MatrixProducts | null = null;
  /** Sentences for the next {@link SyncReport}. */
  private readonly rebuilt: string[] = [];

  async open({
    folder,
    settings,
  }: {
    folder: string;
    settings: SearchSettings;
  }): Promise<{ faissProblem: string | null }> {
    this.products = await openMatrixProducts();
    this.folder = folder;
    this.settings = settings;
    const { library, problem } = settings.withoutFaiss
      ? { library: null, problem: null }
      : loadFaissForQueries();
    this.faiss = library;
    return { faissProblem: problem };
  }

  sync(probeSet: SearchProbeSet, models: SearchModel[]): Promise<SyncReport> {
    return this.changes.run(async () => {
      const gallery = this.galleries.get(probeSet.id) ?? (await this.openGallery(probeSet));
      // All files are derived. If they are damaged or mostly unused, they are built again from the responses.
      const unreadable = await gallery
        .sync(models)
        .catch(async () => (await this.recreateGallery(probeSet)).sync(models));
      return { unreadable, rebuilt: this.rebuilt.splice(0) };
    });
  }

  add(probeSet: SearchProbeSet, model: SearchModel): Promise<undefined> {
    return this.changes.run(async () => {
      const gallery = this.galleries.get(probeSet.id) ?? (await this.openGallery(probeSet));
      await gallery.add(model);
      return undefined;
    });
  }

  remove(probeSetId: string, modelId: string): Promise<undefined> {
    return this.changes.run(async () => {
      await this.galleries.get(probeSetId)?.remove(modelId);
      return undefined;
    });
  }

  search(probeSetId: string, query: SearchRequest, signal?: AbortSignal): Promise<SearchResults> {
    return this.gallery(probeSetId).search(query, signal);
  }

  searchModels(probeSetId: string, query: SearchRequest, signal?: AbortSignal): Promise<SearchResults> {
    return this.gallery(probeSetId).searchModels(query, signal);
  }

  descriptor(probeSetId: string, modelId: string, index: number): Float32Array | null {
    return this.galleries.get(probeSetId)?.descriptor(modelId, index) ?? null;
  }

  async similarity(probeSetId: string, modelId: string, otherModelId: string): Promise<Matrix | null> {
    const gallery = this.galleries.get(probeSetId);
    const rows = gallery?.descriptors(modelId);
    const columns = gallery?.descriptors(otherModelId);
    return rows && columns ? similarityMatrix(rows, columns, this.products?.project) : null;
  }

  async matches(
    probeSetId: string,
    modelId: string,
    otherModelId: string,
    signal?: AbortSignal,
  ): Promise<OutputMatches | null> {
    const similarities = await this.similarity(probeSetId, modelId, otherModelId);
    signal?.throwIfAborted();
    return similarities && matchOutputs(similarities, signal);
  }

  names(probeSetId: string, query: NamesRequest, signal?: AbortSignal): Promise<(LogitName[] | null)[]> {
    signal?.throwIfAborted();
    return this.gallery(probeSetId).names(query, signal);
  }

  stats(probeSetId: string, hidden: readonly string[] = []): GalleryStats | null {
    return this.galleries.get(probeSetId)?.stats(hidden) ?? null;
  }

  map(probeSetId: string, page: Parameters<SearchCalls['map']>[1]): MapPage {
    return this.gallery(probeSetId).map(page);
  }

  prior(probeSetId: string): GalleryPrior | null {
    return this.galleries.get(probeSetId)?.prior() ?? null;
  }

  async settled(): Promise<undefined> {
    await this.changes.settled();
    for (const gallery of this.galleries.values()) await gallery.settled();
    // A build may have started another completion of partly probed models.
    await this.changes.settled();
    return undefined;
  }

  /** Stops background work and closes the files. */
  stop(): void {
    this.completing.close();
    for (const gallery of this.galleries.values()) gallery.close();
  }

  private gallery(probeSetId: string): Gallery {
    const gallery = this.galleries.get(probeSetId);
    if (!gallery)
      throw new ProbelogError('PROBE_SET_UNKNOWN', 'No model has been probed with this probe set yet.');
    return gallery;
  }

  private async openGallery({ id, probes }: SearchProbeSet): Promise<Gallery> {
    const folder = join(this.folder, id);
    await mkdir(folder, { recursive: true });
    try {
      const gallery = this.createGallery(folder, probes);
      this.galleries.set(id, gallery);
      if (gallery.snapshotProblem !== null)
        this.rebuilt.push(`The basis of a gallery is built again: ${gallery.snapshotProblem}.`);
      return gallery;
    } catch (thrown) {
      this.rebuilt.push(`A gallery is built again: ${messageOf(thrown)}.`);
      return this.recreateGallery({ id, probes });
    }
  }

  private async recreateGallery({ id, probes }: SearchProbeSet): Promise<Gallery> {
    this.galleries.get(id)?.close();
    const folder = join(this.folder, id);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const gallery = this.createGallery(folder, probes);
    this.galleries.set(id, gallery);
    return gallery;
  }

  private createGallery(folder: string, probes: number): Gallery {
    if (!this.products) throw new ProbelogError('SEARCH_UNAVAILABLE', 'Search is not open yet. Try again.');
    return new Gallery({
      folder,
      probes,
      settings: this.settings,
      faiss: this.faiss,
      products: this.products,
      completing: this.completing,
      onNewBasis: (gallery) => {
        this.changes
          .run(() => gallery.recompleteModels())
          .catch((thrown) =>
            process.stderr.write(`Partly probed models cannot be completed again: ${String(thrown)}\n`),
          );
      },
    });
  }
}
