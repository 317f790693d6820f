import { type DownloadLimits, sourceMayRecover } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import { type PartialPreprocessing, parsePreprocessing } from '../../probing/index.js';
import type { ClaimedIngest, ModelRecord, Store } from '../../store/index.js';
import type { IngestRequest } from '../queue/ingest-request.js';
import { readCompanion } from '../sources/companions.js';
import { parseLabels } from '../sources/labels.js';
import { type ObjectStore, objectFile } from '../sources/object-store.js';
import {
  type FileSource,
  type LocalFile,
  parseSource,
  type RegistrySource,
  type Source,
} from '../sources/parse-source.js';
import type { RegisteredModel, RegistryAccess } from '../sources/registry-access.js';
import { fetchModel } from './fetch-model.js';
import type { ModelCache } from './model-cache.js';

/** How often a version is read whose notes change meanwhile; after that its events have told what there is to tell. */
const MAX_READINGS = 3;

/** What makes a file of a source. */
export interface SourceDependencies {
  store: Pick<Store, 'blobs' | 'models'>;
  /** For downloads that are not whole yet. */
  downloadFolder: string;
  download: DownloadLimits;
  modelCache: ModelCache;
  /** Connections to registries, by the schemes of their URIs. */
  registries: ReadonlyMap<string, RegistryAccess>;
  /** Null when none is configured. */
  objects: ObjectStore | null;
}

/** The model's file in the blob store, with what stood beside it at the source. */
export interface ResolvedModelFile {
  digest: string;
  bytes: number;
  preprocessing: PartialPreprocessing | null;
  labels: string[] | null;
}

/** A source that was looked up where it is, if it is in a registry. */
interface Found {
  source: FileSource;
  /** What its registry says of it; null when it is in none. */
  registered: RegisteredModel | null;
}

/**
 * Makes sure that a model's file is in the blob store. A file that was fetched before is not fetched again, and when it
 * was evicted meanwhile, it must be the same one.
 *
 * @throws ClaimLost
 * @throws ProbelogError as `fetchModel`; SOURCE_UNSUPPORTED, PREPROCESSING_INVALID
 */
export async function resolveModelFile(
  ingest: ClaimedIngest,
  model: ModelRecord,
  request: IngestRequest & Pick<LocalFile, 'within'>,
  dependencies: SourceDependencies,
  signal: AbortSignal,
): Promise<ResolvedModelFile> {
  const { store, download, downloadFolder, modelCache } = dependencies;
  const { source, registered } = await findWithAnnotations(
    ingest,
    parseSource(request.source, request.within),
    dependencies,
    signal,
  );
  // What somebody set since the ingest was asked for is newer than what was asked for.
  const areSet = model.labelsSetAt !== null && model.labelsSetAt > ingest.createdAt;
  const sha256 = request.sha256 ?? registered?.sha256;
  const announced = sha256 ?? model.fileDigest ?? undefined;
  const kept =
    model.fileDigest !== null && model.fileDigest === announced && (await store.blobs.has(model.fileDigest));
  const file = kept
    ? { digest: model.fileDigest as string, bytes: model.fileBytes as number }
    : await fetchModel(source, {
        blobs: store.blobs,
        folder: downloadFolder,
        ingestId: ingest.id,
        sha256: announced,
        limits: download,
        signal,
      });
  const isOther = file.digest !== model.fileDigest;
  // Labels that were read with another file say nothing of this one.
  const present = isOther && model.labelsSetAt === null ? null : model.labels;
  const given = areSet ? present : (request.labels ?? present);
  await (kept ? modelCache.used(file.digest) : modelCache.grown(file.bytes));
  // Before what lies beside it is read, which may fail: a retry need not fetch the file again.
  await store.models.recordFile(ingest.claim, {
    fileDigest: file.digest,
    fileBytes: file.bytes,
    ...(registered && { revision: registered.revision }),
  });
  /** What was fetched before can be probed again when its source is gone: as it was then. */
  const orAsBefore = (before: unknown) => (thrown: unknown) => {
    if (kept && model.status === 'READY' && sourceMayRecover(thrown)) return before;
    throw thrown;
  };
  const beside = registered ?? {
    preprocessing: request.preprocessing
      ? undefined
      : await readCompanion(source, 'preprocessor_config.json', download, signal).catch(
          orAsBefore(model.preprocessing),
        ),
    labels: given
      ? undefined
      : await readCompanion(source, 'config.json', download, signal).catch(orAsBefore(undefined)),
  };
  const described = request.preprocessing ?? beside.preprocessing;
  const preprocessing = described === undefined || described === null ? null : parsePreprocessing(described);
  const labels = given ?? (areSet ? null : labelsOf(beside.labels));
  return { ...file, preprocessing, labels };
}

/** Stores the annotations at once: an event that comes while the file is fetched is newer. */
async function findWithAnnotations(
  { claim, modelId }: ClaimedIngest,
  source: Source,
  dependencies: SourceDependencies,
  signal: AbortSignal,
): Promise<Found> {
  const { models } = dependencies.store;
  for (let reading = 1; ; reading++) {
    const revision = await models.annotationsRevision(modelId);
    const found = await find(source, dependencies, signal);
    const annotations = found.registered?.annotations;
    const isCurrent = !annotations || (await models.replaceAnnotations(claim, annotations, revision));
    if (isCurrent || reading === MAX_READINGS) return found;
  }
}

async function find(
  source: Source,
  { registries, objects }: SourceDependencies,
  signal: AbortSignal,
): Promise<Found> {
  if (source.kind === 'OBJECT') {
    return { source: { kind: 'URL', file: objectFile(objects, source.uri) }, registered: null };
  }
  if (source.kind !== 'REGISTRY') return { source, registered: null };
  const access = registries.get(source.scheme);
  if (access === undefined) throw notConnected(source);
  const registered = await access.resolve(source.uri, signal);
  return { source: { kind: 'URL', file: registered.file }, registered };
}

function notConnected({ registry, uri }: RegistrySource): ProbelogError {
  return new ProbelogError(
    'SOURCE_UNSUPPORTED',
    `This server has no connection to ${registry} configured, so it cannot read ${uri}.`,
    { source: uri },
  );
}

function labelsOf(json: unknown): string[] | null {
  try {
    return json === undefined ? null : parseLabels(json);
  } catch {
    return null; // A config.json of something else: labels are optional.
  }
}
