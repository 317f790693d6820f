import type { DownloadLimits } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import { compiledEntry } from '../../lib/compiled-entry.js';
import { callInThread } from '../../lib/worker-calls.js';
import type { RegistryReader, ResolvedVersion, RunnerVersion } from '../reader.js';
import { parseSidecar } from '../registry-json.js';
import { readExample } from './input-example.js';
import { MlflowListing } from './listing.js';
import { MlflowApi, type MlflowConnection } from './mlflow-api.js';
import type { ModelLayout, readModelLayout } from './model-layout.js';
import { runnerFlavors } from './runner-flavors.js';
import { VersionFiles } from './version-files.js';
import { findPlace } from './version-place.js';
import { annotationsOf, isReady, revisionOf, type VersionRecord } from './version-record.js';
import { type MlflowVersion, parseVersionUri } from './version-uri.js';

/** Where versions of `mlflow.onnx` have put the model, and the usual name of a model logged as a plain file. */
const USUAL_PLACES = ['model.onnx', 'data/model.onnx'];
const LAYOUT = 'MLmodel';
/** Enough for the labels of 30,000 outputs. */
const MAX_LAYOUT_BYTES = 2 ** 20;
/** The slowest file of that size that we know takes seconds. */
const MAX_LAYOUT_MS = 60_000;
const MAX_SIDECAR_BYTES = 4 * 2 ** 20;
/** Enough for the first channel of an image of 224 × 224 pixels, and scanned in milliseconds. */
const MAX_EXAMPLE_BYTES = 2 ** 20;
const PREPROCESSING = 'preprocessor_config.json';
const LABELS = ['labels.json', 'config.json'];

/** The method of the thread that parses YAML. */
interface LayoutCalls {
  readModelLayout: typeof readModelLayout;
}

const ENTRY = compiledEntry(import.meta.url, './layout/main.js');

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
   * The model file is the one that `MLmodel` names for the ONNX flavor. Without an `MLmodel` it is `model.onnx`, the only
   * `.onnx` file, or `data/model.onnx`. A version whose `MLmodel` has no ONNX flavor is one for runners.
   */
  async resolve(uri: string, signal?: AbortSignal): Promise<ResolvedVersion | RunnerVersion> {
    const version = parseVersionUri(uri);
    const api = new MlflowApi(this.connection, version.workspace, this.limits);
    const record = await api.version(version, signal);
    checkIsReady(record);
    const place = await findPlace(api, record, signal);
    const { listed } = place;
    const files = new VersionFiles(api, place);
    const layout = await readLayout(files, signal);
    if (layout && place.modelFile === null && !layout.flavors.includes('onnx')) {
      await files.checkMissed(LAYOUT, this.limits, signal);
      return {
        flavors: runnerFlavors(version, layout),
        revision: revisionOf(record),
        annotations: annotationsOf(record),
      };
    }
    const path = place.modelFile ?? onnxPath(version, layout, listed);
    // Without a list, a file that MLflow does not send is only missing if it sends others.
    const unlisted = async (names: readonly string[]) =>
      listed === null ? readSidecar(files, names, signal) : undefined;
    const preprocessing = layout?.preprocessing ?? (await unlisted([PREPROCESSING]));
    const labels = layout?.labels ?? (await unlisted(LABELS));
    await files.checkMissed(layout ? LAYOUT : path, this.limits, signal);
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    // The list has the files of the version's own folder only.
    const isKnownMissing = (name: string) =>
      folder === '' && !name.includes('/') && listed?.includes(name) === false;
    return {
      file: place.file(path),
      revision: revisionOf(record),
      beside: (name) => (isKnownMissing(name) ? null : { file: place.file(folder + name) }),
      annotations: annotationsOf(record),
      ...(listed && { sidecars: { names: listed, file: (name) => place.file(name) } }),
      preprocessing,
      labels,
      expectedInput: layout ? await this.expectedInput(layout, files, signal) : [],
    };
  }

  private async expectedInput(
    { shape, example }: ModelLayout,
    files: VersionFiles,
    signal?: AbortSignal,
  ): Promise<NonNullable<ResolvedVersion['expectedInput']>> {
    const text = example && (await files.beginning(example, MAX_EXAMPLE_BYTES, this.limits, signal));
    const facts = text ? readExample(text) : null;
    return [
      ...(shape ? [{ where: 'MLflow’s signature', shape, range: null }] : []),
      ...(facts
        ? [{ where: 'MLflow’s input example', shape: facts.shape, range: [facts.min, facts.max] as const }]
        : []),
    ];
  }
}

function checkIsReady(record: VersionRecord): void {
  if (isReady(record)) return;
  throw new ProbelogError('SOURCE_UNREACHABLE', `MLflow reports the version as ${record.status}, not READY.`);
}

/** A thread parses the file: the labels of 1,000 outputs take a tenth of a second, a hostile file seconds. */
async function readLayout(files: VersionFiles, signal?: AbortSignal): Promise<ModelLayout | null> {
  const text = await files.text(LAYOUT, MAX_LAYOUT_BYTES, signal);
  if (text === null) return null;
  const overdue = AbortSignal.timeout(MAX_LAYOUT_MS);
  const ended = signal ? AbortSignal.any([signal, overdue]) : overdue;
  try {
    return await callInThread<LayoutCalls>(ENTRY, 'readModelLayout', [text], { signal: ended });
  } catch (thrown) {
    if (!overdue.aborted || signal?.aborted) throw thrown;
    throw new ProbelogError(
      'SOURCE_TIMEOUT',
      `${LAYOUT} could not be parsed within ${MAX_LAYOUT_MS / 1_000} s. Shorten its metadata, or log labels as labels.json.`,
    );
  }
}

function onnxPath(
  { name, version }: MlflowVersion,
  layout: ModelLayout | null,
  listed: readonly string[] | null,
): string {
  if (layout?.onnx) return layout.onnx;
  if (layout) throw noModel(name, version, 'the ONNX flavor in its MLmodel names no file of the version');
  if (listed === null) return USUAL_PLACES[0];
  if (listed.includes(USUAL_PLACES[0])) return USUAL_PLACES[0];
  const models = listed.filter((path) => path.endsWith('.onnx'));
  if (models.length === 1) return models[0];
  if (models.length === 0 && listed.includes('data')) return USUAL_PLACES[1];
  throw noModel(
    name,
    version,
    models.length === 0 ? 'it has no .onnx file' : `it has ${models.length} .onnx files`,
  );
}

function noModel(name: string, version: string, why: string): ProbelogError {
  return new ProbelogError(
    'SOURCE_NOT_FOUND',
    `The ONNX file of MLflow's ${name} ${version} is unclear: ${why}.`,
  );
}

async function readSidecar(
  files: VersionFiles,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<unknown> {
  for (const name of names) {
    const json = parseSidecar(await files.text(name, MAX_SIDECAR_BYTES, signal));
    if (json !== undefined) return json;
  }
  return undefined;
}
