import { stat } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { ProbelogError } from '../../errors/index.js';
import { exists } from '../../lib/exists.js';
import type { IngestModelInput } from '../generated/operations.js';
import { type ManifestModel, readManifest } from './manifest.js';
import { type FactFlags, factsIn } from './model-facts.js';
import { modelsInFolder, nameOfFolder } from './model-folder.js';
import { numberFlag } from './numbers.js';
import { type ProbingFlags, probingRequest } from './probing-options.js';
import { jsonFile, labelsFile } from './read-file.js';

/** The flags that describe a model. */
export interface IngestFlags extends ProbingFlags, FactFlags {
  name?: string;
  version?: string;
  labels?: string;
  preprocessing?: string;
  output?: string;
  probeSet?: string;
  priority?: string;
}

/** A model for a server. */
export interface RemoteIngest extends IngestModelInput {
  /** Whether its source is a path of this machine, from where it is sent. Any other path is tried at the server first. */
  isHere: boolean;
}

/**
 * The models that a command line names: files or URLs, all models of a folder with a `manifest.json`, or the models of a folder as
 * a tool left it. The probe set is the user's name for it.
 *
 * @throws ProbelogError INPUT_INVALID, SOURCE_NOT_FOUND, SOURCE_UNSUPPORTED
 */
export async function ingestRequests(
  sources: readonly string[],
  flags: IngestFlags,
): Promise<IngestModelInput[]> {
  if (sources.length > 1) checkDescribesNone(flags);
  const requests: IngestModelInput[] = [];
  for (const source of sources) requests.push(...(await requestsOf(source, flags)));
  checkNamesDiffer(requests);
  return requests;
}

async function requestsOf(source: string, flags: IngestFlags): Promise<IngestModelInput[]> {
  const isFolder = await stat(source).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
  if (!isFolder) return [await singleRequest(source, flags)];
  if (await exists(join(source, 'manifest.json'))) return manifestRequests(source, flags);
  const models = await modelsInFolder(source);
  if (models.length > 1) checkDescribesNone(flags);
  return Promise.all(models.map((model) => singleRequest(model.file, flags, model)));
}

/**
 * The models that a command line names to a server, which reads URLs and its own files; labels and preprocessing are read here.
 *
 * @throws ProbelogError INPUT_INVALID; SOURCE_NOT_FOUND for a relative path that is not here, and for the other files
 */
export async function remoteIngestRequests(
  sources: readonly string[],
  flags: IngestFlags,
): Promise<RemoteIngest[]> {
  if (sources.length > 1) checkDescribesNone(flags);
  const requests: RemoteIngest[] = [];
  for (const source of sources) requests.push(...(await remoteRequests(source, flags)));
  checkNamesDiffer(requests);
  return requests;
}

async function remoteRequests(source: string, flags: IngestFlags): Promise<RemoteIngest[]> {
  const facts = URL.canParse(source) ? null : await stat(source).catch(() => null);
  // A server ingests no folder, so one that is here is meant.
  if (facts?.isDirectory() || (facts && !isAbsolute(source)))
    return (await requestsOf(source, flags)).map((request) => ({
      ...request,
      source: resolve(request.source),
      isHere: true,
    }));
  if (isAbsolute(source) || URL.canParse(source))
    return [{ ...(await singleRequest(source, flags)), isHere: false }];
  throw new ProbelogError('SOURCE_NOT_FOUND', `There is no file ${source} on this machine.`);
}

/** @param found how its folder names it */
async function singleRequest(
  source: string,
  flags: IngestFlags,
  found: { name: string; version: string } = nameOf(source),
): Promise<IngestModelInput> {
  const preprocessing = flags.preprocessing === undefined ? undefined : await jsonFile(flags.preprocessing);
  const { name = found.name, labels, output } = flags;
  return modelRequest({ name, version: found.version, file: source, labels, output, preprocessing }, flags);
}

/** The request for a model, where flags go before its description. @param entry with a file and labels to open from here */
async function modelRequest(entry: ManifestModel, flags: IngestFlags): Promise<IngestModelInput> {
  const { name, version, file, labels, output, preprocessing } = entry;
  return {
    name,
    version: flags.version ?? version,
    source: file,
    labels: typeof labels === 'string' ? await labelsFile(labels) : undefined,
    preprocessing,
    output: output ?? undefined,
    ...factsIn(flags, entry),
    probeSet: flags.probeSet,
    probing: await probingRequest(flags),
    priority: numberFlag('--priority', flags.priority),
  };
}

async function manifestRequests(folder: string, flags: IngestFlags): Promise<IngestModelInput[]> {
  checkDescribesNone(flags);
  const models = await readManifest(join(folder, 'manifest.json'));
  return Promise.all(
    models.map(({ file, labels, ...model }) => {
      const inFolder = { file: join(folder, file), labels: labels ? join(folder, labels) : undefined };
      return modelRequest({ ...model, ...inFolder }, flags);
    }),
  );
}

/** Names come from paths, so two files of different folders may have the same. */
function checkNamesDiffer(requests: readonly IngestModelInput[]): void {
  const sources = new Map<string, string>();
  for (const { name, version, source } of requests) {
    const key = JSON.stringify([name, version]);
    const other = sources.get(key);
    if (other !== undefined)
      throw new ProbelogError(
        'INPUT_INVALID',
        `${other} and ${source} would both be called ${name} ${version}. Name them one by one with --name, or in a manifest.json.`,
      );
    sources.set(key, source);
  }
}

function checkDescribesNone(flags: IngestFlags): void {
  if (flags.name ?? flags.labels ?? flags.preprocessing ?? flags.output)
    throw new ProbelogError(
      'INPUT_INVALID',
      '--name, --labels, --preprocessing and --output describe one model. Describe several models in a manifest.json.',
    );
}

/** `…/resnet/model.onnx` is called resnet; any other file by its own name. */
function nameOf(source: string): { name: string; version: string } {
  const path = URL.canParse(source) ? new URL(source).pathname : resolve(source);
  const stem = basename(path, extname(path));
  const folder = dirname(path).replace(/[/\\]onnx$/, '');
  return stem === 'model' && basename(folder) !== '' ? nameOfFolder(folder) : { name: stem, version: '1' };
}
