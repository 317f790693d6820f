import { type DownloadLimits, sourceMayRecover } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import { exists } from '../../lib/exists.js';
import { listDataFiles, type NetworkIsolation, parsePreprocessing } from '../../probing/index.js';
import type { ClaimedIngest, DataFile, ModelRecord, Store } from '../../store/index.js';
import type { ModelUploads } from '../model-uploads/model-uploads.js';
import type { IngestRequest } from '../queue/ingest-request.js';
import {
  type FileSource,
  type LocalFile,
  parseSource,
  type RegistrySource,
  type Source,
} from '../sources/parse-source.js';
import {
  type ExpectedInput,
  type ObjectStore,
  objectSource,
  type RegisteredModel,
  type RegistryAccess,
  type RunnerModel,
} from '../sources/remote-sources.js';
import { listedSidecarFiles, type SidecarFiles, sidecarFiles } from '../sources/sidecar-files.js';
import { describeModel, type ModelDescription } from './describe-model.js';
import { fetchDataFiles } from './fetch-data-files.js';
import { type FetchedModel, fetchModel } from './fetch-model.js';
import type { ModelCache } from './model-cache.js';

/** How often a version is read again because its annotations change meanwhile. Later changes arrive as events of their own. */
const MAX_READINGS = 3;

/** Dependencies that turn a source into a file. */
export interface SourceDependencies {
  store: Pick<Store, 'blobs' | 'models'>;
  /** For unfinished downloads. */
  downloadFolder: string;
  download: DownloadLimits;
  modelCache: ModelCache;
  /** Connections to registries, by the schemes of their URIs. */
  registries: ReadonlyMap<string, RegistryAccess>;
  /** Reads s3: sources; null when none is configured. */
  objects: ObjectStore | null;
  modelUploads: Pick<ModelUploads, 'localFile'>;
  /** For the process that reads which data files a model has. */
  probing: { memoryBytes: number; stallMs: number; isolation: NetworkIsolation };
}

/** The model's file in the blob store, with the facts from its sidecar files or its registry. */
export interface ResolvedModelFile extends ModelDescription {
  digest: string;
  bytes: number;
  /** The files that it keeps weights in, in the blob store too. */
  data: DataFile[];
  /** Given for this model: one for each output, or the ingest fails. */
  labels: string[] | null;
  /** What its registry says of its input; empty when it is in none, or says nothing. */
  expectedInput: readonly ExpectedInput[];
}

/** Whether a version waits for a runner, since it has no file that this server runs. */
export function needsRunner<Other>(resolved: Other | RunnerModel): resolved is RunnerModel {
  return typeof resolved === 'object' && resolved !== null && 'flavors' in resolved;
}

/** A source as a file. */
interface ResolvedSource {
  source: FileSource;
  /** Facts from its registry; null when it is in none. */
  registered: RegisteredModel | null;
  /** Whether it was uploaded, and the upload was removed since. */
  isGone?: boolean;
}

/**
 * Makes sure that a model's file is in the blob store. A stored file is not fetched again; an evicted one is, and must be the
 * same.
 *
 * @throws ClaimLost
 * @returns a `RunnerModel` for a version in a registry that has no such file
 * @throws ProbelogError as `fetchModel`; SOURCE_UNSUPPORTED, PREPROCESSING_INVALID, MODEL_NOT_APPLICABLE
 */
export async function resolveModelFile(
  ingest: ClaimedIngest,
  model: ModelRecord,
  request: IngestRequest & Omit<LocalFile, 'path'>,
  dependencies: SourceDependencies,
  signal: AbortSignal,
): Promise<ResolvedModelFile | RunnerModel> {
  const { store, download, downloadFolder, modelCache } = dependencies;
  const resolved = await resolveWithAnnotations(
    ingest,
    parseSource(request.source, { within: request.within, named: request.named }),
    dependencies,
    signal,
  );
  if (needsRunner(resolved)) return resolved;
  const { source, registered } = resolved;
  // Labels that a caller set after the ingest was requested are newer than the request's.
  const areSet = model.labelsSetAt !== null && model.labelsSetAt > ingest.createdAt;
  const sha256 = request.sha256 ?? registered?.sha256;
  const expected = sha256 ?? model.fileDigest ?? undefined;
  const isStored =
    model.fileDigest !== null &&
    model.fileDigest === expected &&
    (await store.blobs.isWhole(model.fileDigest));
  const file = isStored
    ? { digest: model.fileDigest as string, bytes: model.fileBytes as number }
    : await fetchModel(source, {
        blobs: store.blobs,
        folder: downloadFolder,
        ingestId: ingest.id,
        sha256: expected,
        limits: download,
        signal,
      });
  const isOther = file.digest !== model.fileDigest;
  // Labels from another file's sidecar do not apply to this one.
  const current = isOther && model.labelsSetAt === null ? null : await store.models.labels(model.id);
  const given = areSet ? current : (request.labels ?? (model.labelsSetAt === null ? null : current));
  await (isStored ? modelCache.used(file.digest) : modelCache.grown(file.bytes));
  // Before the sidecar files, whose reading may fail: then a retry need not fetch the file again.
  await store.models.recordFile(ingest.claim, {
    fileDigest: file.digest,
    fileBytes: file.bytes,
    ...(registered && { revision: registered.revision }),
  });
  const data = await resolveData(ingest, file, { source, registered }, dependencies, signal);
  /** A stored model can be probed again while its source is down, with the facts of the last time. */
  const orAsBefore =
    <Before>(before: Before) =>
    (thrown: unknown): Before => {
      if (isStored && model.status === 'READY' && sourceMayRecover(thrown)) return before;
      throw thrown;
    };
  if (resolved.isGone && model.status !== 'READY') throw uploadGone();
  const described = resolved.isGone
    ? describedBefore(request, model)
    : await describeModel(
        // Labels that a caller removed stay removed.
        { preprocessing: request.preprocessing, labels: areSet ? (current ?? []) : given },
        registered,
        filesBeside(resolved, download, signal),
        {
          preprocessing: orAsBefore({ document: model.preprocessing, notes: [] }),
          labels: orAsBefore([]),
        },
      );
  const kept = described.sidecarLabels.length === 0 ? current : null;
  return {
    ...file,
    data,
    ...described,
    expectedInput: registered?.expectedInput ?? [],
    labels: given ?? kept,
  };
}

/** Where a registry lists no files, it says itself what there is. */
function filesBeside(
  { source, registered }: ResolvedSource,
  download: DownloadLimits,
  signal: AbortSignal,
): SidecarFiles {
  if (registered === null) return sidecarFiles(source, download, signal);
  const sidecars = registered.sidecars ?? { names: [], file: () => registered.file };
  return listedSidecarFiles(sidecars, download, signal);
}

/**
 * Makes sure that the files that a model keeps weights in are in the blob store. They are fetched with the model's file, and
 * again only when one of them was evicted or is damaged; then they must be the same.
 */
async function resolveData(
  ingest: ClaimedIngest,
  file: FetchedModel,
  { source, registered }: ResolvedSource,
  { store, download, downloadFolder, modelCache, probing }: SourceDependencies,
  signal: AbortSignal,
): Promise<DataFile[]> {
  const references = await listDataFiles({
    modelFile: store.blobs.path(file.digest),
    limits: { ...probing, maxModelBytes: download.maxBytes },
    isolation: probing.isolation,
    signal,
  });
  if (references.length === 0) return [];
  const known = (await store.models.dataFiles([ingest.modelId])).get(ingest.modelId) ?? [];
  const stored = new Map<string, DataFile>();
  for (const before of known)
    if (await store.blobs.isWhole(before.digest)) stored.set(before.location, before);
  const isStored = references.every(({ location }) => stored.has(location));
  const data = isStored
    ? known
    : await fetchDataFiles(references, source, registered, {
        blobs: store.blobs,
        pathOf: (digest) => store.blobs.path(digest),
        folder: downloadFolder,
        ingestId: ingest.id,
        modelBytes: file.bytes,
        known,
        limits: download,
        signal,
      });
  if (isStored) for (const { digest } of data) await modelCache.used(digest);
  else {
    await modelCache.grown(data.reduce((sum, { bytes }) => sum + bytes, 0));
    await store.models.recordDataFiles(ingest.claim, data);
  }
  return data;
}

/** Stores the annotations at once: those of an event that arrives while the file is fetched are newer. */
async function resolveWithAnnotations(
  { claim, modelId }: ClaimedIngest,
  source: Source,
  dependencies: SourceDependencies,
  signal: AbortSignal,
): Promise<ResolvedSource | RunnerModel> {
  const { models } = dependencies.store;
  for (let reading = 1; ; reading++) {
    const revision = await models.annotationsRevision(modelId);
    const resolved = await resolveSource(source, dependencies, signal);
    const annotations = needsRunner(resolved) ? resolved.annotations : resolved.registered?.annotations;
    const isCurrent = !annotations || (await models.replaceAnnotations(claim, annotations, revision));
    if (isCurrent || reading === MAX_READINGS) return resolved;
  }
}

async function resolveSource(
  source: Source,
  { registries, objects, modelUploads }: SourceDependencies,
  signal: AbortSignal,
): Promise<ResolvedSource | RunnerModel> {
  if (source.kind === 'UPLOAD') {
    const local = modelUploads.localFile(source.id, source.file ?? '');
    return { source: { kind: 'FILE', ...local }, registered: null, isGone: !(await exists(local.path)) };
  }
  if (source.kind === 'OBJECT') {
    return { source: objectSource(objects, source.uri), registered: null };
  }
  if (source.kind !== 'REGISTRY') return { source, registered: null };
  const access = registries.get(source.scheme);
  if (access === undefined) throw notConnected(source);
  const registered = await access.resolve(source.uri, signal);
  if (needsRunner(registered)) return registered;
  return { source: { kind: 'URL', file: registered.file }, registered };
}

/** Of an uploaded model, the files that described it are gone once its ingest has ended. */
function describedBefore(
  { preprocessing }: Pick<IngestRequest, 'preprocessing'>,
  model: Pick<ModelRecord, 'preprocessing'>,
): ModelDescription {
  const document = preprocessing ?? model.preprocessing;
  return {
    preprocessing: document === null ? null : parsePreprocessing(document),
    sidecarLabels: [],
    notes: [],
  };
}

function uploadGone(): ProbelogError {
  return new ProbelogError(
    'SOURCE_NOT_FOUND',
    'The uploaded files were removed, a day after they were last used. Upload the model again.',
  );
}

function notConnected({ registry, uri }: RegistrySource): ProbelogError {
  return new ProbelogError(
    'SOURCE_UNSUPPORTED',
    `${uri} cannot be read, because no connection to ${registry} is configured (docs/registries).`,
    { source: uri },
  );
}
