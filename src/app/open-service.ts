import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { type Access, type ImageLinks, openImageLinks } from '../access/index.js';
import type { Config } from '../config/index.js';
import { isTrainingModel } from '../domain/index.js';
import { messageOf } from '../errors/index.js';
import {
  IngestFeed,
  IngestService,
  IngestWorker,
  ModelCache,
  ResponseUploads,
  runIngest,
} from '../ingest/index.js';
import type { Log } from '../lib/log.js';
import { type NetworkIsolation, probeNetworkIsolation } from '../probing/index.js';
import { DeliveryRecorder, Sweeper } from '../registry-sync/index.js';
import { openSearch, type Search } from '../search/index.js';
import { type Actor, INTERNAL_VIEWER, openStore, type Store } from '../store/index.js';
import {
  type ConceptEncoder,
  createConceptEncoder,
  openTextEncoder,
  type TextEncoder,
  unavailableTextEncoder,
} from '../text/index.js';
import { acquireSearchFolder } from './acquire-search-folder.js';
import { sweepAudit } from './audit-retention.js';
import { checkDataFolder } from './check-data-folder.js';
import { keepSwept } from './cleanup-job.js';
import { downloadLimits } from './download-limits.js';
import { followGallery } from './follow-gallery.js';
import { openAccess } from './open-access.js';
import { openObjects } from './open-object-store.js';
import { openReaders } from './open-registry-readers.js';
import { openWebhooks, type Webhooks } from './open-webhooks.js';

/** A watcher hears of changes made by other processes at least this often. */
const WATCHED_EVERY_MS = 1_000;

/** Everything that answers queries and takes ingests, opened and connected. */
export interface Service {
  config: Config;
  store: Store;
  access: Access;
  imageLinks: ImageLinks;
  search: Search;
  encoder: TextEncoder;
  concepts: ConceptEncoder;
  ingest: IngestService;
  uploads: ResponseUploads;
  webhooks: Webhooks;
  /** Records what a registry tells of its models, by webhook or within this process. */
  deliveries: Pick<DeliveryRecorder, 'record'>;
  sweeper: Sweeper;
  /** Stops in order: ingests go back to the queue, processes end, the database closes. */
  close(): Promise<void>;
}

/** What differs between the uses of a service. */
export interface ServiceOptions {
  log: Log;
  /** Whether ingests are worked on in this process. */
  work: boolean;
  /** The request comes from this machine's own user, who may name any file; otherwise only files in listed folders. */
  trustedCaller: boolean;
  /** Who the audit says makes the changes that nobody sends a request for; nobody when absent. */
  actor?: Actor;
  /** Whether it is of no use without a text encoder; otherwise only what needs one fails. */
  needsTexts?: boolean;
}

/**
 * Opens the store, the search and the encoder of one data folder.
 *
 * @throws ProbelogError CONFIG_INVALID, DATA_FOLDER_IN_USE, DATABASE_UNAVAILABLE, MIGRATION_CHANGED, TEXT_ENCODER_UNAVAILABLE
 */
export async function openService(
  config: Config,
  { log, work, trustedCaller, actor, needsTexts = false }: ServiceOptions,
): Promise<Service> {
  const dataFolder = resolve(config.dataFolder);
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closeOne of closers.reverse()) await closeOne();
    closers.length = 0;
  };
  try {
    const opened = await openStore({
      dataFolder,
      databaseUrl: config.databaseUrl,
      databaseSchema: config.databaseUrl === undefined ? undefined : config.databaseSchema,
      log: (line) => log('info', line),
    });
    closers.push(() => opened.close());
    const store = actor ? opened.as({ ...INTERNAL_VIEWER, actor }) : opened;
    const access = openAccess(config, store);
    const audit = sweepAudit(store, config.auditDays, log);
    closers.push(() => audit.close());
    if (store.shared) await checkDataFolder(store, dataFolder);
    const imageLinks = await openImageLinks(dataFolder);
    const encoder = await openTextEncoder({
      model: config.textEncoder,
      cacheFolder: join(dataFolder, 'encoders'),
    }).catch((thrown) => {
      if (needsTexts) throw thrown;
      log('info', 'there is no text encoder: models are probed, but texts cannot be searched here', {
        reason: messageOf(thrown),
      });
      return unavailableTextEncoder(thrown);
    });
    closers.push(() => encoder.close());
    const concepts = createConceptEncoder({ store, encoder, folder: join(dataFolder, 'concepts') });
    const searches = join(dataFolder, 'search');
    const taken = await acquireSearchFolder(store.shared ? join(searches, hostname()) : searches);
    closers.push(() => taken.giveBack());
    const search = await openSearch({
      folder: taken.folder,
      settings: { exactLimit: config.exactLimit },
      log: (line) => log('warn', line),
    });
    closers.push(() => search.close());
    const gallery = await followGallery({ store, search, log });
    closers.push(() => gallery.close());

    const download = downloadLimits(config);
    const readers = openReaders(config, download);
    const objects = openObjects(config);
    const modelCache = new ModelCache(store, config.modelCacheBytes);

    const processId = `${hostname()}:${process.pid}:${randomUUID()}`;
    const workFolder = join(dataFolder, 'ingests');
    if (work) closers.push(keepSwept(workFolder, store, log));

    const feed = new IngestFeed((ids) => store.ingests.byIds(ids), WATCHED_EVERY_MS);
    const worker = work ? startWorker(await modelIsolation(log)) : idleWorker;
    closers.push(() => worker.close());
    const ingest = new IngestService({
      store,
      feed,
      worker,
      gallery,
      defaultProbeSet: config.probeSet,
      probingBudget: config.probingBudget,
      objects,
      modelFolders: config.modelFolders,
      files: trustedCaller ? 'ANY' : 'LISTED',
    });
    const uploads = new ResponseUploads({
      store,
      gallery,
      folder: join(dataFolder, 'uploads'),
      maxBytes: config.maxResponsesBytes,
      atOnce: config.maxConcurrentUploads,
      pace: download.pace,
      defaultProbeSet: config.probeSet,
      prior: (probeSetId) => search.prior(probeSetId),
    });
    const recorder = new DeliveryRecorder({
      store,
      ingest,
      log,
      visibility: config.registryVisibility,
    });
    const webhooks = openWebhooks(config, recorder, log);
    const sweeper = new Sweeper({
      readers,
      store,
      processId,
      apply: (registry, plan) => recorder.recordSwept(registry, plan),
      log,
    });
    closers.push(() => sweeper.close());
    return {
      config,
      store,
      access,
      imageLinks,
      search,
      encoder,
      concepts,
      ingest,
      uploads,
      webhooks,
      deliveries: recorder,
      sweeper,
      close,
    };

    function startWorker(isolation: NetworkIsolation): IngestWorker {
      return new IngestWorker({
        store,
        feed,
        concurrency: config.ingestConcurrency,
        retries: { attempts: config.ingestAttempts, firstDelayMs: config.retrySeconds * 1000 },
        maxKills: config.ingestKills,
        workerId: processId,
        log,
        run: (job, signal) =>
          runIngest(job, signal, {
            store,
            gallery,
            workFolder,
            cacheFolder: join(dataFolder, 'pixels'),
            downloadFolder: join(dataFolder, 'downloads'),
            download,
            modelCache,
            objects,
            registries: new Map(readers.map((reader) => [reader.scheme, reader])),
            probing: {
              memoryBytes: config.modelMemoryBytes,
              stallMs: config.modelStallSeconds * 1000,
              cacheBytes: config.pixelCacheBytes,
              isolation,
              budget: config.probingBudget,
              errorBound: config.probingErrorBound,
              errorFactor: config.probingErrorFactor,
            },
            prior: async (probeSetId, modelId) =>
              isTrainingModel(modelId) ? null : search.prior(probeSetId),
            announce: (ingestId) => feed.announce(ingestId),
          }),
      });
    }
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** Models are kept from the network where the system lets us; which it is belongs in the log. */
async function modelIsolation(log: Log): Promise<NetworkIsolation> {
  const isolation = await probeNetworkIsolation();
  if (isolation.inForce) log('info', 'models run without a network');
  else log('info', 'models run beside this process, with its network', { reason: isolation.reason });
  return isolation;
}

const idleWorker = { wake: () => undefined, cancel: () => undefined, close: async () => undefined };
