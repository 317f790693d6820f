import type { RemoteFile } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { MlflowApi } from './mlflow-api.js';
import { loggedModelOf, runFolder, runPath, type VersionRecord } from './version-record.js';

/** From where MLflow serves the files of one version. */
export interface VersionPlace {
  /** @param path within the version's folder */
  file(path: string): RemoteFile;
  /** Names of the files and folders in the version's folder; null where MLflow has no list. */
  listed: readonly string[] | null;
  /** The name of the model file, where the version's source is one file rather than a folder. */
  modelFile: string | null;
  /** Why the files could not be looked up where the version's source says; the reason when MLflow does not send them either. */
  refusal: ProbelogError | null;
}

/**
 * Finds a version's files.
 *
 * MLflow itself sends the files of most versions. It answers 500 for every file of a version with a source `runs:/…` when it
 * keeps the run's files by proxy (its default), so these are requested from the run, or from the model that was logged in it
 * under that name.
 *
 * @throws ProbelogError SOURCE_NOT_FOUND when neither has such files; SOURCE_UNREACHABLE, …
 */
export async function findPlace(
  api: MlflowApi,
  record: VersionRecord,
  signal?: AbortSignal,
): Promise<VersionPlace> {
  const source = await fileSource(api, record, signal);
  if (source.startsWith('runs:/')) {
    try {
      return await placeInRun(api, { ...record, source }, signal);
    } catch (thrown) {
      // MLflow may send the files of a run that it does not show to this account.
      if (!(thrown instanceof ProbelogError) || thrown.code !== 'SOURCE_DENIED') throw thrown;
      return { ...placeOfVersion(api, record, null), refusal: thrown };
    }
  }
  return placeOfVersion(api, record, await listFiles(api, record, signal));
}

/** A version that was copied names the version that it was copied from; MLflow knows where that one's files are. */
async function fileSource(api: MlflowApi, record: VersionRecord, signal?: AbortSignal): Promise<string> {
  const source = record.source ?? '';
  const isCopy = source.startsWith('models:/') && loggedModelOf(source) === null;
  return isCopy ? ((await api.downloadUri(record, signal)) ?? source) : source;
}

function placeOfVersion(
  api: MlflowApi,
  record: VersionRecord,
  listed: readonly string[] | null,
): VersionPlace {
  return { file: (path) => api.versionFile(record, path), listed, modelFile: null, refusal: null };
}

/** Null where MLflow has no list. */
async function listFiles(
  api: MlflowApi,
  record: VersionRecord,
  signal?: AbortSignal,
): Promise<string[] | null> {
  const modelId = loggedModelOf(record.source ?? '');
  const folder = runPath(record);
  try {
    if (modelId !== null) return namesIn(await api.loggedModelFiles(modelId, signal));
    if (folder !== null) return namesIn(await api.runFiles(record.run_id as string, folder, signal));
    return null;
  } catch (thrown) {
    // The version may be readable although its run is deleted or closed to this account.
    if (thrown instanceof ProbelogError && ['SOURCE_NOT_FOUND', 'SOURCE_DENIED'].includes(thrown.code))
      return null;
    throw thrown;
  }
}

async function placeInRun(
  api: MlflowApi,
  record: VersionRecord,
  signal?: AbortSignal,
): Promise<VersionPlace> {
  const { run_id: runId, source } = record;
  const path = runFolder(record);
  if (!runId || path === null) throw nothingAt(record, `${source} is no path in its own run`);
  const inFolder = (folder: string, listed: readonly string[], modelFile: string | null): VersionPlace => ({
    file: (name) => api.runFile(runId, folder === '' ? name : `${folder}/${name}`),
    listed,
    modelFile,
    refusal: null,
  });
  const files = namesIn(await api.runFiles(runId, path, signal));
  if (files) return inFolder(path, files, null);
  const slash = path.lastIndexOf('/');
  const [folder, name] = [path.slice(0, Math.max(slash, 0)), path.slice(slash + 1)];
  const around = namesIn(await api.runFiles(runId, folder, signal));
  if (name.endsWith('.onnx') && around?.includes(name)) return inFolder(folder, around, name);
  const modelId = await modelLoggedAs(api, runId, path, signal);
  if (modelId === null) {
    throw nothingAt(
      record,
      `its run has no files there, and none of its newest ${MAX_LOGGED_MODELS} models is ${source}`,
    );
  }
  const listed = namesIn(await api.loggedModelFiles(modelId, signal));
  const file = (name: string) => api.loggedModelFile(modelId, name);
  return { file, listed, modelFile: null, refusal: null };
}

/** Each takes a request. A run that logs checkpoints may have thousands. */
const MAX_LOGGED_MODELS = 100;

/**
 * The newest model with this name among the newest outputs of a run; null when there is none. Since MLflow 3, logged models are
 * kept outside their runs.
 */
async function modelLoggedAs(
  api: MlflowApi,
  runId: string,
  name: string,
  signal?: AbortSignal,
): Promise<string | null> {
  const newest = (await api.modelsOfRun(runId, signal)).slice(-MAX_LOGGED_MODELS).reverse();
  for (const modelId of newest) {
    try {
      if ((await api.nameOfLoggedModel(modelId, signal)) === name) return modelId;
    } catch (thrown) {
      // A run names its deleted models too.
      if (!(thrown instanceof ProbelogError) || thrown.code !== 'SOURCE_NOT_FOUND') throw thrown;
    }
  }
  return null;
}

function namesIn(paths: readonly string[]): string[] | null {
  return paths.length === 0 ? null : paths.map((path) => path.slice(path.lastIndexOf('/') + 1));
}

function nothingAt({ name, version }: VersionRecord, why: string): ProbelogError {
  return new ProbelogError(
    'SOURCE_NOT_FOUND',
    `MLflow's ${name} ${version} has no files: ${why}. Register it again with the model's own URI, such as models:/m-….`,
  );
}
