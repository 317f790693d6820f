import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type Access,
  type CursorSeal,
  type ImageLinks,
  openCursorSeal,
  openImageLinks,
} from '../access/index.js';
import type { Config } from '../config/index.js';
import { isTrainingModel } from '../domain/index.js';
import { messageOf } from '../errors/index.js';
import {
  type Diagnosis,
  type DryRun,
  diagnoseModel,
  dryRun,
  IngestFeed,
  type IngestRequest,
  IngestService,
  IngestWorker,
  type InspectModel,
  ModelCache,
  ModelUploads,
  ResponseUploads,
  RunnerService,
  runIngest,
} from '../ingest/index.js';
import { Limiter } from '../lib/limiter.js';
import type { Log } from '../lib/log.js';
import { type NetworkIsolation, Previews, probeNetworkIsolation, Thumbnails } from '../probing/index.js';
import { DeliveryRecorder, Sweeper } from '../registry-sync/index.js';
import { openSearch, type Search, type UnreadableModel } from '../search/index.js';
import { type Actor, INTERNAL_VIEWER, openStore, type Store } from '../store/index.js';
import {
  type ConceptEncoder,
  createConceptEncoder,
  ensureProbeEmbeddings,
  openTextEncoder,
  type TextEncoder,
  textEncoderOnDemand,
  unavailableTextEncoder,
} from '../text/index.js';
import { startAuditRetentionJob } from './audit-retention-job.js';
import { BlobCleanup, cleanupLimits, startCleanupJob } from './cleanup-job.js';
import { allGalleryModels, startGallerySyncJob } from './gallery-sync-job.js';
import { openAccess } from './open-access.js';
import { downloadLimits, openObjectStore } from './open-sources.js';
import { openWebhooks, type Webhooks } from './open-webhooks.js';
import { choicesOf, openReaders } from './registry-connections.js';
import { acquireSearchFolder, checkDataFolder } from './shared-data-folder.js';

/** Watchers see changes made by other processes within this time. */
const FEED_POLL_MS = 1_000;

/** Everything that answers queries and takes ingests, opened and connected. */
export interface Service {
  config: Config;
  store: Store;
  access: Access;
  imageLinks: ImageLinks;
  cursorSeal: CursorSeal;
  thumbnails: Thumbnails;
  previews: Previews;
  search: Search;
  encoder: TextEncoder;
  concepts: ConceptEncoder;
  ingest: IngestService;
  uploads: ResponseUploads;
  modelUploads: ModelUploads;
  runners: RunnerService;
  webhooks: Webhooks;
  /** Records a registry's model changes, from a webhook or from within this process. */
  deliveries: Pick<DeliveryRecorder, 'record'>;
  sweeper: Sweeper;
  blobCleanup: Pick<BlobCleanup, 'start'>;
  /** See {@link diagnoseModel}. */
  diagnose(modelId: string, signal?: AbortSignal): Promise<Diagnosis>;
  /** See {@link dryRun}. */
  dryRun(request: IngestRequest, signal?: AbortSignal): Promise<DryRun>;
  /** Stops in order: ingests return to the queue, child processes end, the database closes. */
  close(): Promise<void>;
}

/** Options of {@link openService}. */
export interface ServiceOptions {
  log: Log;
  /** Whether this process works on ingests. */
  work: boolean;
  /** Whether callers may name any local file, because they are this machine's own user; otherwise those in listed folders. */
  trustedCaller: boolean;
  /** The actor that the audit log names for changes without a request; none when absent. */
  actor?: Actor;
  /** Whether the data folder is given to this database, whichever database it belonged to before; false when absent. */
  adopt?: boolean;
  /** Fails when there is no text encoder; by default only searches by text and image fail then. */
  needsTexts?: boolean;
  /** Opens the text encoder and starts the search process when a query or an ingest needs them, for short commands; by default at once. */
  onDemand?: boolean;
}

/**
 * Opens everything on one data folder, and connects it. What is opened first is closed last.
 *
 * @throws ProbelogError CONFIG_INVALID, TEXT_ENCODER_UNAVAILABLE, and as `openStore`
 */
export async function openService(
  config: Config,
  { log, work, trustedCaller, actor, adopt, needsTexts = false, onDemand = false }: ServiceOptions,
): Promise<Service> {
  const dataFolder = resolve(config.dataFolder);
  const folder = (name: string) => join(dataFolder, name);
  const processId = `${hostname()}:${process.pid}:${randomUUID()}`;

  const opened: Closable[] = [];
  const closeLater = <Part extends Closable>(part: Part): Part => {
    opened.push(part);
    return part;
  };
  const close = async () => {
    for (let part = opened.pop(); part; part = opened.pop()) await part.close();
  };

  try {
    // Store and access
    const wholeStore = closeLater(
      await openStore({
        dataFolder,
        databaseUrl: config.databaseUrl,
        databaseSchema: config.databaseUrl === undefined ? undefined : config.databaseSchema,
        adopt,
        log: (line) => log('info', line),
      }),
    );
    const store = actor ? wholeStore.as({ ...INTERNAL_VIEWER, actor }) : wholeStore;
    const access = openAccess(config, store);
    closeLater(startAuditRetentionJob(store, config.auditDays, log));
    if (store.shared) await checkDataFolder(store, dataFolder);
    const imageLinks = await openImageLinks(dataFolder);
    const cursorSeal = await openCursorSeal(dataFolder);
    const thumbnails = closeLater(
      new Thumbnails({
        folder: folder('thumbnails'),
        maxBytes: config.thumbnailCacheBytes,
        maxPixels: config.maxProbePixels,
        log,
      }),
    );
    const previews = closeLater(new Previews());

    // Search
    const openEncoder = () =>
      openTextEncoder({
        model: config.textEncoder,
        cacheFolder: folder('encoders'),
        maxMemoryBytes: config.textEncoderMemoryBytes,
      });
    const encoder = closeLater(
      onDemand
        ? textEncoderOnDemand(openEncoder)
        : await openEncoder().catch((thrown) => {
            if (needsTexts) throw thrown;
            log(
              'info',
              'there is no text encoder: models are probed, but texts and images cannot be searched',
              {
                reason: messageOf(thrown),
              },
            );
            return unavailableTextEncoder(thrown);
          }),
    );
    const concepts = createConceptEncoder({ store, encoder, folder: folder('concepts') });
    const searchFolder = closeLater(
      await acquireSearchFolder(store.shared ? join(folder('search'), hostname()) : folder('search')),
    );
    const search = closeLater(
      await openSearch({
        folder: searchFolder.folder,
        settings: { exactLimit: config.exactLimit },
        galleries: () => allGalleryModels(store),
        onDemand,
        log: (line) => log('warn', line),
        onUnreadable: (models) => void nameUnreadable(store, models, log),
      }),
    );
    const gallery = closeLater(await startGallerySyncJob({ store, search, log }));

    // Sources of model files
    const download = downloadLimits(config);
    const readers = openReaders(config, download);
    const objects = openObjectStore(config);
    const modelCache = new ModelCache(store, config.modelCacheBytes);

    // Ingests and uploads
    const modelUploads = new ModelUploads({
      folder: folder('model-uploads'),
      maxBytes: config.maxModelBytes,
      maxTotalBytes: config.modelUploadBytes,
      pace: download.pace,
    });
    const feed = new IngestFeed((ids) => store.ingests.byIds(ids), FEED_POLL_MS);
    const workFolder = folder('ingests');
    const announce = (ingestId: string) => feed.announce(ingestId);
    const retries = { attempts: config.ingestAttempts, firstDelayMs: config.retrySeconds * 1000 };
    const budget = {
      budget: config.probingBudget,
      errorBound: config.probingErrorBound,
      errorFactor: config.probingErrorFactor,
    };
    const prior = async (probeSetId: string, modelId: string) =>
      isTrainingModel(modelId) ? null : search.prior(probeSetId);
    const modelLimits = {
      memoryBytes: config.modelMemoryBytes,
      stallMs: config.modelStallSeconds * 1000,
      maxOutputs: config.maxOutputs,
      cacheBytes: config.pixelCacheBytes,
    };
    const startWorker = (isolation: NetworkIsolation) =>
      new IngestWorker({
        store,
        feed,
        concurrency: config.ingestConcurrency,
        retries,
        maxKills: config.ingestKills,
        workerId: processId,
        log,
        run: async (ingest, signal) => {
          const outcome = await runIngest(ingest, signal, {
            store,
            gallery,
            workFolder,
            cacheFolder: folder('pixels'),
            downloadFolder: folder('downloads'),
            download,
            modelCache,
            objects,
            modelUploads,
            registries: new Map(readers.map((reader) => [reader.scheme, reader])),
            probing: { ...modelLimits, isolation, ...budget },
            prior,
            announce,
          });
          await modelUploads.releaseOf(ingest, store.ingests);
          return outcome;
        },
      });
    const blobCleanup = closeLater(new BlobCleanup(store, cleanupLimits(config), log));
    if (work) closeLater(startCleanupJob(workFolder, modelUploads, store, log));
    const isolation = work ? await modelIsolation(log) : null;
    const worker = closeLater(isolation ? startWorker(isolation) : idleWorker);
    // Each takes as much memory as an ingest.
    const inspections = new Limiter(1);
    const inspect: InspectModel = (request, uploadsOfCaller, signal) =>
      inspections.run(
        async () =>
          dryRun(
            request,
            {
              store,
              defaultProbeSet: config.probeSet,
              modelUploads: uploadsOfCaller,
              download,
              probing: { ...modelLimits, isolation: isolation ?? (await probeNetworkIsolation()) },
            },
            signal,
          ),
        signal,
      );
    const ingest = new IngestService({
      store,
      feed,
      worker,
      gallery,
      defaultProbeSet: config.probeSet,
      probingBudget: config.probingBudget,
      objects,
      modelUploads,
      inspect,
      modelFolders: config.modelFolders,
      files: trustedCaller ? 'ANY' : 'LISTED',
    });
    const uploads = new ResponseUploads({
      store,
      gallery,
      folder: folder('uploads'),
      maxBytes: config.maxResponsesBytes,
      maxOutputs: config.maxOutputs,
      maxConcurrent: config.maxConcurrentUploads,
      pace: download.pace,
      defaultProbeSet: config.probeSet,
      prior: (probeSetId) => search.prior(probeSetId),
    });

    const runners = new RunnerService({
      store,
      gallery,
      workFolder,
      uploadFolder: folder('uploads'),
      maxBytes: config.maxResponsesBytes,
      maxOutputs: config.maxOutputs,
      maxConcurrent: config.maxConcurrentUploads,
      pace: download.pace,
      budget,
      retries,
      maxKills: config.ingestKills,
      prior,
      announce,
      log,
    });

    // Registries
    const choices = choicesOf(config);
    const recorder = new DeliveryRecorder({
      store,
      ingest,
      log,
      visibility: config.registryVisibility,
      choices,
    });
    const webhooks = openWebhooks(config, recorder, log);
    const sweeper = closeLater(
      new Sweeper({
        readers,
        store,
        processId,
        apply: (registry, plan) => recorder.recordSwept(registry, plan),
        choices,
        log,
      }),
    );

    return {
      config,
      store,
      access,
      imageLinks,
      cursorSeal,
      thumbnails,
      previews,
      search,
      encoder,
      concepts,
      ingest,
      uploads,
      modelUploads,
      runners,
      webhooks,
      deliveries: recorder,
      sweeper,
      blobCleanup,
      dryRun: (request, signal) => inspect(request, modelUploads, signal),
      diagnose: async (modelId, signal) =>
        diagnoseModel(
          modelId,
          {
            store,
            workFolder,
            cacheFolder: folder('pixels'),
            probing: {
              ...modelLimits,
              maxModelBytes: download.maxBytes,
              isolation: isolation ?? (await probeNetworkIsolation()),
            },
            embeddings: (probeSet) => ensureProbeEmbeddings({ store, encoder }, probeSet),
          },
          signal,
        ),
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** Says which models are left out of search. Threat model: a model that silently gave other results would be trusted. */
async function nameUnreadable(
  { models }: Pick<Store, 'models'>,
  unreadable: readonly UnreadableModel[],
  log: Log,
): Promise<void> {
  const named = await models.byIds(unreadable.map(({ modelId }) => modelId)).catch(() => []);
  for (const { modelId, problem } of unreadable) {
    const model = named.find(({ id }) => id === modelId);
    log('error', 'a model is left out of search; probe it again, or restore a backup', {
      model: model ? `${model.name}@${model.version}` : modelId,
      reason: problem,
    });
  }
}

interface Closable {
  close(): Promise<void>;
}

/** Models run without a network where the system allows it. The log says whether they do. */
async function modelIsolation(log: Log): Promise<NetworkIsolation> {
  const isolation = await probeNetworkIsolation();
  if (isolation.inForce) log('info', 'models run without a network');
  else log('info', 'models run with the network of this process', { reason: isolation.reason });
  return isolation;
}

const idleWorker = { wake: () => undefined, cancel: () => undefined, close: async () => undefined };
