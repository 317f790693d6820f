import { probeBudget } from '../../domain/index.js';
import { ProbelogError } from '../../errors/index.js';
import {
  type ChangeResult,
  EXTERNAL_SOURCE,
  type IngestRecord,
  modelExternal,
  type NewIngest,
  type Store,
} from '../../store/index.js';
import { findProbeSet } from '../pipeline/find-probe-set.js';
import { checkFolder } from '../sources/check-folder.js';
import { type ObjectStore, objectFile } from '../sources/object-store.js';
import { parseSource, schemeForbidden } from '../sources/parse-source.js';
import { type IngestFeed, stateOf } from './ingest-feed.js';
import {
  type IngestRequest,
  type ProbingRequest,
  validateIngestRequest,
  validateProbing,
} from './ingest-request.js';

const FINAL_STATES: readonly IngestRecord['state'][] = ['SUCCEEDED', 'FAILED', 'CANCELLED'];

/** Local files that somebody may name: any, any unless folders are listed, or those in listed folders alone. */
export type NameableFiles = 'ANY' | 'ANY_UNLESS_LISTED' | 'LISTED';

/** What the service needs from the rest. */
export interface IngestServiceOptions {
  store: Store;
  feed: IngestFeed;
  /** The worker of this process, when it has one. */
  worker: { wake(): void; cancel(ingestId: string): void };
  gallery: { remove(probeSetId: string, modelId: string): Promise<void> };
  /** Name of the default probe set; the oldest when undefined. */
  defaultProbeSet: string | undefined;
  /** Share of the probes that models are run on at the least, by the settings. */
  probingBudget: number;
  /** Folders that the settings list for local files; undefined: they list none. */
  modelFolders: readonly string[] | undefined;
  /** Which local files those may name who ask this service. */
  files: NameableFiles;
  /** For s3: sources; null when none is configured. */
  objects: ObjectStore | null;
}

/** How a model is probed again. */
export interface ReprobeOptions {
  /** Id or name of another probe set; the model's own when absent. */
  probeSet?: string;
  /** As the settings say when absent, whatever its last ingest asked for. */
  probing?: ProbingRequest;
}

/** Registers, re-probes, cancels and removes models; the face of this folder. */
export class IngestService {
  constructor(private readonly options: IngestServiceOptions) {}

  /** The same service, on behalf of somebody who sees and may change what this store says, and may name these files. */
  on(store: Store, files: NameableFiles): IngestService {
    return new IngestService({ ...this.options, store, files });
  }

  /**
   * Registers a model version and queues its probing.
   *
   * @throws ProbelogError INPUT_INVALID, SOURCE_FORBIDDEN, SOURCE_NOT_FOUND, PROBE_SET_UNKNOWN, MODEL_EXISTS
   */
  async enqueue(input: IngestRequest): Promise<IngestRecord> {
    const ingest = await this.options.store.ingests.enqueue(await this.prepare(input));
    this.options.worker.wake();
    return ingest;
  }

  /**
   * Checks a request and settles what it leaves open, so that it can be queued.
   *
   * @param registry the registry that asks, which alone may name its versions by URI
   * @throws ProbelogError INPUT_INVALID, SOURCE_FORBIDDEN, SOURCE_NOT_FOUND, SOURCE_UNSUPPORTED, PROBE_SET_UNKNOWN
   */
  async prepare(input: IngestRequest, registry?: string): Promise<NewIngest> {
    const { priority, ...request } = validateIngestRequest(input);
    const source = parseSource(request.source);
    const local = source.kind === 'FILE' ? await checkFolder(source.path, this.folders()) : undefined;
    if (source.kind === 'OBJECT') objectFile(this.options.objects, source.uri);
    if (source.kind === 'REGISTRY' && registry === undefined) throw schemeForbidden(source.scheme);
    const probeSet = await this.probeSet(request.probeSet);
    return {
      name: request.name,
      version: request.version,
      source: local?.path ?? request.source,
      labels: request.labels ?? null,
      probeSetId: probeSet.id,
      license: request.license ?? request.licence,
      registry: registry ?? request.registry,
      visibility: request.visibility,
      lane: registry,
      priority,
      request: {
        ...request,
        ...(local && { source: local.path, within: local.within }),
        probeSet: probeSet.id,
      },
    };
  }

  /** Brings worker, watchers and gallery in line with what a model change did in the database. */
  async follow({ ingestId, outcome, cancelled, removed }: ChangeResult): Promise<void> {
    const { worker, feed, gallery } = this.options;
    for (const id of cancelled) {
      worker.cancel(id);
      feed.announce(id);
    }
    if (outcome === 'ACCEPTED' && ingestId !== null) worker.wake();
    for (const { probeSetId, modelId } of removed) await gallery.remove(probeSetId, modelId);
  }

  /**
   * Queues another probing of a registered model; until it is published the old responses stay searchable. With
   * `probing.full` a partly probed model is upgraded in place: its logits keep their ids.
   *
   * @throws ProbelogError INPUT_INVALID, NOT_FOUND, PROBE_SET_UNKNOWN, MODEL_EXISTS; MODEL_EXTERNAL when it never came here
   */
  async reprobe(modelId: string, options: ReprobeOptions = {}): Promise<IngestRecord> {
    const [model] = await this.options.store.models.byIds([modelId]);
    if (model?.source === EXTERNAL_SOURCE) throw modelExternal();
    const probing = options.probing && validateProbing(options.probing);
    const probeSet = options.probeSet === undefined ? undefined : await this.probeSet(options.probeSet);
    const ingest = await this.options.store.ingests.enqueueReprobe(modelId, {
      probeSetId: probeSet?.id,
      probing,
    });
    this.options.worker.wake();
    return ingest;
  }

  /** The share of the probes that a new model is run on, 0..1. */
  earnedBudget(fullyProbed: { models: number; logits: number }): number {
    return probeBudget(fullyProbed, this.options.probingBudget);
  }

  /** Cancels an ingest that is not finished. @throws ProbelogError NOT_FOUND */
  async cancel(ingestId: string): Promise<IngestRecord> {
    const ingest = await this.options.store.ingests.cancel(ingestId);
    this.options.worker.cancel(ingestId);
    this.options.feed.announce(ingestId);
    return ingest;
  }

  /**
   * Puts an ingest that failed or was cancelled back into the queue, under the same id.
   *
   * @throws ProbelogError NOT_FOUND, INGEST_NOT_RETRYABLE; MODEL_EXTERNAL when its model is not probed here any more
   */
  async retry(ingestId: string): Promise<IngestRecord> {
    const ingest = await this.options.store.ingests.retry(ingestId);
    this.options.worker.wake();
    this.options.feed.announce(ingestId);
    return ingest;
  }

  /** Ends an ingest that waits for another attempt, for a caller who does not want to wait. */
  async giveUp(ingestId: string): Promise<void> {
    await this.options.store.ingests.giveUp(ingestId);
    this.options.feed.announce(ingestId);
  }

  /** Removes a model version with its logits and responses; false when there is none. */
  async remove(modelId: string): Promise<boolean> {
    const [model] = await this.options.store.models.byIds([modelId]);
    if (!model) return false;
    const ingest = (await this.options.store.ingests.latestForModels([modelId]))[0];
    if (ingest && !FINAL_STATES.includes(ingest.state)) await this.cancel(ingest.id);
    const removed = await this.options.store.models.remove(modelId);
    await this.options.gallery.remove(model.probeSetId, modelId);
    return removed;
  }

  /**
   * Yields the ingest now and after every change, and ends after its final state.
   *
   * @throws ProbelogError NOT_FOUND
   */
  watch(ingestId: string, signal?: AbortSignal): AsyncGenerator<IngestRecord, void, undefined> {
    const left = new AbortController();
    const changes = this.changes(ingestId, signal ? AbortSignal.any([signal, left.signal]) : left.signal);
    const end = changes.return.bind(changes);
    // A generator hears of its end only after what it waits for, and nothing may happen to an ingest for hours.
    return Object.assign(changes, {
      return() {
        left.abort();
        return end();
      },
    });
  }

  private async *changes(
    ingestId: string,
    signal: AbortSignal,
  ): AsyncGenerator<IngestRecord, void, undefined> {
    const ticks = this.options.feed.ticks(ingestId, signal);
    let last: string | undefined;
    try {
      do {
        const [ingest] = await this.options.store.ingests.byIds([ingestId]);
        if (!ingest) throw new ProbelogError('NOT_FOUND', 'There is no ingest with this id.');
        const state = stateOf(ingest);
        if (state !== last) yield ingest;
        if (FINAL_STATES.includes(ingest.state)) return;
        last = state;
      } while (await ticks.next());
    } finally {
      await ticks.close();
    }
  }

  /** Folders from which local files may be read; undefined: any. */
  private folders(): readonly string[] | undefined {
    const { files, modelFolders } = this.options;
    if (files === 'ANY') return undefined;
    return modelFolders ?? (files === 'LISTED' ? [] : undefined);
  }

  private probeSet(nameOrId: string | undefined): Promise<{ id: string }> {
    return findProbeSet(this.options.store.probeSets, this.options.defaultProbeSet, nameOrId);
  }
}
