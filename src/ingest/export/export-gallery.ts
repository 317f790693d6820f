import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseNote } from '../../lib/notes.js';
import {
  type LogitRecord,
  type ModelFacts,
  type ModelPlace,
  type ModelRecord,
  type ProbeSetRecord,
  placeOf,
  type Store,
} from '../../store/index.js';
import { arrayFiles, type ExportFormat, openStoredValues } from './array-files.js';

const MODELS_PER_PAGE = 50;
const LOGITS_PER_PAGE = 1_000;

/** Options of {@link exportGallery}. */
export interface ExportOptions {
  /** Exports the gallery of this probe set. */
  probeSet: ProbeSetRecord;
  /** Ids of the models; all when absent. */
  models?: readonly string[];
  excludeModels?: readonly string[];
  format: ExportFormat;
  signal?: AbortSignal;
  onProgress?(models: number): void;
}

/** Counts of an export. */
export interface Exported {
  models: number;
  logits: number;
}

type Source = Pick<Store, 'models' | 'logits' | 'probeSets' | 'blobs'>;

/**
 * Writes the searchable models of a gallery into an empty folder, for other tools: `probe-set.json`, `models.jsonl`,
 * `logits.jsonl`, and in `responses/` each model's responses under its id. Model names never become paths.
 *
 * @throws ProbelogError BLOB_MISSING
 */
export async function exportGallery(
  source: Source,
  folder: string,
  options: ExportOptions,
): Promise<Exported> {
  const { signal, probeSet, format, onProgress } = options;
  const responses = join(folder, 'responses');
  await mkdir(responses, { recursive: true });
  const write = (name: string, content: AsyncIterable<Uint8Array | string>) =>
    pipeline(content, createWriteStream(join(folder, name), { flags: 'wx' }), { signal });

  await write('probe-set.json', probeSetFile(source, probeSet));
  const counts = { models: 0, logits: 0 };
  const modelLines = async function* () {
    for await (const { model, responsesDigest } of chosenModels(source, options)) {
      const stored = await openStoredValues(source.blobs, responsesDigest);
      const files = arrayFiles(model.id, stored, format);
      for (const file of files) await write(join('responses', file.name), file.content());
      const coverage = stored.ran.reduce((sum, flag) => sum + flag, 0) / stored.probes;
      const annotations = (await source.models.annotations([model.id])).get(model.id);
      counts.models += 1;
      onProgress?.(counts.models);
      const names = files.map(({ name }) => `responses/${name}`);
      const facts = modelFacts(model, await source.models.labels(model.id), probeSet);
      const dataFiles = (await source.models.dataFiles([model.id])).get(model.id) ?? [];
      yield `${JSON.stringify({ ...facts, dataFiles, ...annotations, coverage, files: names })}\n`;
    }
  };
  await write('models.jsonl', modelLines());
  const logitLines = async function* () {
    for await (const { model } of chosenModels(source, options)) {
      for await (const logits of logitsOf(source, model.id)) {
        counts.logits += logits.length;
        yield logits.map((logit) => `${JSON.stringify(logitFacts(model, logit))}\n`).join('');
      }
    }
  };
  await write('logits.jsonl', logitLines());
  return counts;
}

async function* chosenModels(
  { models }: Source,
  { probeSet, models: chosen, excludeModels = [] }: ExportOptions,
): AsyncGenerator<{ model: ModelRecord; responsesDigest: string }, void, undefined> {
  const included = chosen && new Set(chosen);
  const excluded = new Set(excludeModels);
  let page: ModelRecord[];
  let after: ModelPlace | undefined;
  do {
    page = await models.page({ probeSetId: probeSet.id, status: 'READY', first: MODELS_PER_PAGE, after });
    for (const model of page) {
      const { id, responsesDigest } = model;
      const isChosen = (included?.has(id) ?? true) && !excluded.has(id);
      if (isChosen && responsesDigest !== null) yield { model, responsesDigest };
    }
    const last = page.at(-1);
    after = last && placeOf('OLDEST', last);
  } while (page.length === MODELS_PER_PAGE);
}

async function* logitsOf(
  { logits }: Source,
  modelId: string,
): AsyncGenerator<LogitRecord[], void, undefined> {
  let page: LogitRecord[];
  let after: number | undefined;
  do {
    page = await logits.page(modelId, { first: LOGITS_PER_PAGE, after });
    yield page;
    after = page.at(-1)?.index;
  } while (page.length === LOGITS_PER_PAGE);
}

async function* probeSetFile(
  { probeSets }: Source,
  { id, name, digest, size }: ProbeSetRecord,
): AsyncGenerator<string, void, undefined> {
  const probes = (await probeSets.probes(id)).map(
    ({ position, digest: sha256, width, height, mediaType }) => ({
      position,
      sha256,
      width,
      height,
      mediaType,
    }),
  );
  yield `${JSON.stringify({ name, digest, size, probes }, null, 1)}\n`;
}

/** Without the source, which may be a signed URL. */
function modelFacts(model: ModelRecord, labels: string[] | null, { digest }: ProbeSetRecord) {
  const { id, name, version, outputs, responseKind, logFloor, multiLabel } = model;
  const { preprocessing, outputName, notes } = model;
  const { license, registry, revision, visibility, fileDigest, fileBytes, createdAt, probedAt } = model;
  return {
    id,
    name,
    version,
    probeSet: digest,
    outputs,
    labels,
    responseKind,
    logFloor,
    multiLabel,
    preprocessing,
    outputName,
    notes: notes.map(parseNote),
    license,
    licence: license,
    registry,
    revision,
    visibility,
    fileDigest,
    fileBytes,
    createdAt,
    probedAt,
  } satisfies ModelFacts & Record<string, unknown>;
}

function logitFacts({ name, version }: ModelRecord, logit: LogitRecord) {
  const { modelId, index, label, status, coverage, completionError } = logit;
  return { model: modelId, name, version, index, label, status, coverage, completionError };
}
