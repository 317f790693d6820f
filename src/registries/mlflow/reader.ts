import type { DownloadLimits } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import { jsonOf } from '../json-of.js';
import type { RegistryReader, ResolvedVersion } from '../reader.js';
import { MlflowListing } from './listing.js';
import { MlflowApi, type MlflowConnection, type VersionRecord } from './mlflow-api.js';
import { type ModelLayout, readModelLayout } from './model-layout.js';
import { runPath } from './run-path.js';
import { isReady, notesOf, revisionOf } from './version-facts.js';
import { VersionFiles } from './version-files.js';
import { type MlflowVersion, parseVersionUri } from './version-uri.js';

/** Where `mlflow.onnx` has put the model over the years, and where people put it who log a file. */
const USUAL_PLACES = ['model.onnx', 'data/model.onnx'];
const LAYOUT = 'MLmodel';
/** YAML takes its time to be read: real ones have some thousand bytes. */
const MAX_LAYOUT_BYTES = 2 ** 15;
const MAX_COMPANION_BYTES = 4 * 2 ** 20;
const PREPROCESSING = 'preprocessor_config.json';
const LABELS = ['labels.json', 'config.json'];

/** Reads an MLflow tracking server. */
export class MlflowReader implements RegistryReader {
  readonly name = 'mlflow';
  readonly scheme = 'mlflow';

  readonly listing: MlflowListing;

  constructor(
    private readonly connection: MlflowConnection,
    private readonly limits: DownloadLimits,
  ) {
    this.listing = new MlflowListing(connection, limits);
  }

  /**
   * The file is the one that `MLmodel` names for the ONNX flavour; without an `MLmodel`, `model.onnx`, `data/model.onnx`, or
   * the only `.onnx` file beside them.
   */
  async resolve(uri: string, signal?: AbortSignal): Promise<ResolvedVersion> {
    const version = parseVersionUri(uri);
    const api = new MlflowApi(this.connection, version.workspace, this.limits);
    const record = await api.version(version, signal);
    checkIsReady(record);
    const listed = await listFiles(api, record, signal);
    const files = new VersionFiles(api, version, listed);
    const layout = await readLayout(files, signal);
    const path = onnxPath(version, layout, listed);
    const preprocessing = layout?.preprocessing ?? (await companion(files, [PREPROCESSING], signal));
    const labels = layout?.labels ?? (await companion(files, LABELS, signal));
    await files.checkMissed(layout ? LAYOUT : path, this.limits, signal);
    const file = api.file(version, path);
    return { file, revision: revisionOf(record), notes: notesOf(record), preprocessing, labels };
  }
}

function checkIsReady(record: VersionRecord): void {
  if (isReady(record)) return;
  throw new ProbelogError(
    'SOURCE_UNREACHABLE',
    `MLflow says that the version is ${record.status}, not READY.`,
  );
}

/** Names of what is in the version's folder; null where MLflow has no list of it. */
async function listFiles(
  api: MlflowApi,
  record: VersionRecord,
  signal?: AbortSignal,
): Promise<string[] | null> {
  const folder = runPath(record);
  if (folder === null) return null;
  try {
    const paths = await api.runFiles(record.run_id as string, folder, signal);
    return paths.length === 0 ? null : paths.map((path) => path.slice(path.lastIndexOf('/') + 1));
  } catch (thrown) {
    // The run may be deleted, or closed to this account, while the version can be read.
    if (thrown instanceof ProbelogError && ['SOURCE_NOT_FOUND', 'SOURCE_DENIED'].includes(thrown.code))
      return null;
    throw thrown;
  }
}

async function readLayout(files: VersionFiles, signal?: AbortSignal): Promise<ModelLayout | null> {
  const text = await files.text(LAYOUT, MAX_LAYOUT_BYTES, signal);
  return text === null ? null : readModelLayout(text);
}

function onnxPath(
  { name, version }: MlflowVersion,
  layout: ModelLayout | null,
  listed: string[] | null,
): string {
  if (layout?.onnx) return layout.onnx;
  if (layout)
    throw noModel(name, version, 'its MLmodel has no ONNX flavour; log it with mlflow.onnx.log_model');
  if (listed === null) return USUAL_PLACES[0];
  if (listed.includes(USUAL_PLACES[0])) return USUAL_PLACES[0];
  const models = listed.filter((path) => path.endsWith('.onnx'));
  if (models.length === 1) return models[0];
  if (models.length === 0 && listed.includes('data')) return USUAL_PLACES[1];
  throw noModel(name, version, models.length === 0 ? 'it has none' : `it has ${models.length} of them`);
}

function noModel(name: string, version: string, why: string): ProbelogError {
  return new ProbelogError(
    'SOURCE_NOT_FOUND',
    `MLflow's ${name} ${version} has no ONNX file that can be told apart: ${why}.`,
  );
}

async function companion(
  files: VersionFiles,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<unknown> {
  for (const name of names) {
    const json = jsonOf(await files.text(name, MAX_COMPANION_BYTES, signal));
    if (json !== undefined) return json;
  }
  return undefined;
}
