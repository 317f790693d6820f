import { probeBudget } from '../../domain/index.js';
import { ProbelogError } from '../../errors/index.js';
import {
  type ChangeResult,
  DIRECT_LANE,
  EXTERNAL_SOURCE,
  type IngestRecord,
  modelExternal,
  type NewIngest,
  type Store,
  UNFINISHED,
} from '../../store/index.js';
import type { ModelUploads } from '../model-uploads/model-uploads.js';
import type { DryRun } from '../pipeline/dry-run.js';
import { findProbeSet } from '../pipeline/find-probe-set.js';
import { checkLocalPath } from '../sources/local-files.js';
import { parseSource, schemeForbidden } from '../sources/parse-source.js';
import { type ObjectStore, objectSource } from '../sources/remote-sources.js';
import { type IngestFeed, stateOf } from './ingest-feed.js';
import {
  factsOf,
  type IngestRequest,
  type ProbingRequest,
  validateIngestRequest,
  validateProbing,
} from './ingest-request.js';

/** Local files that a caller may name: any; any unless the settings list folders; only those in listed folders. */
export type NameableFiles = 'ANY' | 'ANY_UNLESS_LISTED' | 'LISTED';

/** Says what an ingest would read and assume: see `dryRun`. @param modelUploads those of the caller */
export type InspectModel = (
  request: IngestRequest,
  modelUploads: ModelUploads,
  signal?: AbortSignal,
) => Promise<DryRun>;

/** What the service needs. */
export interface IngestServiceOptions {
  store: Store;
  feed: IngestFeed;
  /** The worker of this process, or one that does nothing. */
  worker: { wake(): void; cancel(ingestId: string): void };
  gallery: { remove(probeSetId: string, modelId: string): Promise<void> };
  /** Name of the default probe set; the oldest when undefined. */
  defaultProbeSet: string | undefined;
  /** Smallest share of the probes that models are run on, from the settings. */
  probingBudget: number;
  /** Folders that the settings list for local files; undefined when they list none. */
  modelFolders: readonly string[] | undefined;
  /** Which local files the callers of this service may name. */
  files: NameableFiles;
  /** Reads s3: sources; null when none is configured. */
  objects: ObjectStore | null;
  /** Those of the callers of this service. */
  modelUploads: ModelUploads;
  inspect: InspectModel;
}

/** Options of {@link IngestService.reprobe}. */
export interface ReprobeOptions {
  /** Id or name of another probe set; the model's own when absent. */
  probeSet?: string;
  /** From the settings when absent; those of the last ingest are not used again. */
  probing?: ProbingRequest;
}

/** Registers, reprobes, cancels and removes models. */
export class IngestService {
  constructor(private readonly options: IngestServiceOptions) {}

  /** The same service for one caller: with the store of its viewer, the local files that it may name, and its uploads. */
  on(store: Store, files: NameableFiles, modelUploads: ModelUploads): IngestService {
    return new IngestService({ ...this.options, store, files, modelUploads });
  }

  /**
   * Registers a model version and queues its probing.
   *
   * @throws ProbelogError INPUT_INVALID, SOURCE_FORBIDDEN, SOURCE_NOT_FOUND, PROBE_SET_UNKNOWN, MODEL_EXISTS
   */
  async enqueue(input: IngestRequest): Promise<IngestRecord> {
    const prepared = await this.prepare(input);
    const ingest = await this.options.store.ingests.enqueue(prepared);
    const source = parseSource(prepared.source);
    if (source.kind === 'UPLOAD') await this.options.modelUploads.usedBy(source.id, ingest.id);
    this.options.worker.wake();
    return ingest;
  }

  /**
   * Says what an ingest of an uploaded model would read and assume; registers nothing.
   *
   * @throws ProbelogError INPUT_INVALID for any other source; as an ingest
   */
  async inspect(input: IngestRequest, signal?: AbortSignal): Promise<DryRun> {
    const request = validateIngestRequest(input);
    if (parseSource(request.source).kind !== 'UPLOAD')
      throw new ProbelogError('INPUT_INVALID', 'Only an uploaded model (upload:…) can be inspected.');
    return this.options.inspect(request, this.options.modelUploads, signal);
  }

  /**
   * Checks a request and fills in its defaults, so that it can be queued.
   *
   * @param registry the registry that sent the request. Only a registry may name its versions by URI
   * @throws ProbelogError INPUT_INVALID, NOT_FOUND for an upload that the caller does not have, SOURCE_FORBIDDEN, SOURCE_NOT_FOUND,
   *   SOURCE_UNSUPPORTED, PROBE_SET_UNKNOWN
   */
  async prepare(input: IngestRequest, registry?: string): Promise<NewIngest> {
    const { priority = 0, ...request } = validateIngestRequest(input);
    const facts = factsOf(request);
    const source = parseSource(request.source);
    const local = source.kind === 'FILE' ? await checkLocalPath(source.path, this.folders()) : undefined;
    if (source.kind === 'OBJECT') objectSource(this.options.objects, source.uri);
    if (source.kind === 'REGISTRY' && registry === undefined) throw schemeForbidden(source.scheme);
    if (source.kind === 'UPLOAD' && registry !== undefined) throw schemeForbidden('upload');
    const uploaded =
      source.kind === 'UPLOAD'
        ? `upload:${source.id}/${await this.options.modelUploads.modelFile(source.id, source.file)}`
        : undefined;
    const probeSet = await this.probeSet(request.probeSet);
    return {
      name: request.name,
      version: request.version,
      source: local?.path ?? uploaded ?? request.source,
      probeSetId: probeSet.id,
      ...facts,
      registry: registry ?? facts.registry,
      lane: registry ?? DIRECT_LANE,
      priority,
      request: {
        ...request,
        ...(local && { source: local.path, within: local.within, named: local.named }),
        ...(uploaded && { source: uploaded }),
        probeSet: probeSet.id,
      },
    };
  }

  /** Tells worker, watchers and gallery about changes that a webhook delivery made in the database. */
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
   * Queues another probing of a registered model. The old responses stay searchable until the new ones are published. With
   * `probing.full` a partly probed model is upgraded in place: its logits keep their ids.
   *
   * @throws ProbelogError INPUT_INVALID, NOT_FOUND, PROBE_SET_UNKNOWN, MODEL_EXISTS; MODEL_EXTERNAL when its responses are uploaded
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
   * Puts a failed or cancelled ingest back into the queue, under the same id.
   *
   * @throws ProbelogError NOT_FOUND, INGEST_NOT_RETRYABLE; MODEL_EXTERNAL when its model's responses are uploaded now
   */
  async retry(ingestId: string): Promise<IngestRecord> {
    const ingest = await this.options.store.ingests.retry(ingestId);
    this.options.worker.wake();
    this.options.feed.announce(ingestId);
    return ingest;
  }

  /** Fails an ingest that waits for another attempt, for a caller that does not wait. */
  async giveUp(ingestId: string): Promise<void> {
    await this.options.store.ingests.giveUp(ingestId);
    this.options.feed.announce(ingestId);
  }

  /** Removes a model version with its logits and responses. @returns false when it does not exist */
  async remove(modelId: string): Promise<boolean> {
    const [model] = await this.options.store.models.byIds([modelId]);
    if (!model) return false;
    const ingest = (await this.options.store.ingests.latestForModels([modelId]))[0];
    if (ingest && UNFINISHED.includes(ingest.state)) await this.cancel(ingest.id);
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
    // return() takes effect only after the pending tick, which may take hours: the signal ends that wait.
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
        if (!ingest) throw new ProbelogError('NOT_FOUND', 'No ingest has this id.');
        const state = stateOf(ingest);
        if (state !== last) yield ingest;
        if (!UNFINISHED.includes(ingest.state)) return;
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
