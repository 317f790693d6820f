import { dirname, join } from 'node:path';
import { type DownloadLimits, type RemoteFile, readSmall, sourceMayRecover } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import { parseJson } from '../../lib/parse-json.js';
import { openLocalFile } from './local-files.js';
import type { FileSource, LocalFile } from './parse-source.js';

/** Sidecar files are small JSON documents. A larger file is not one. */
const MAX_BYTES = 4 * 2 ** 20;

/**
 * Reads a JSON file beside the model, as the Hugging Face Hub has them: in the model's folder or, if that is called `onnx`, in
 * the one above. Undefined when it is missing or not JSON: sidecar files are a convenience, and explicit arguments the sure
 * way.
 *
 * @param name such as `preprocessor_config.json`
 * @throws ProbelogError SOURCE_UNREACHABLE, SOURCE_TIMEOUT when the server may have the file but did not say
 */
export async function readSidecarFile(
  source: FileSource,
  name: string,
  limits: DownloadLimits,
  signal?: AbortSignal,
): Promise<unknown> {
  const places = source.kind === 'FILE' ? filePlaces(source.path, name) : urlPlaces(source.file.url, name);
  for (const place of places) {
    const text =
      source.kind === 'FILE'
        ? await smallFile({ path: place, within: source.within })
        : await smallDownload({ ...source.file, url: place }, limits, signal);
    const json = text === undefined ? undefined : parsed(text);
    if (json !== undefined) return json;
  }
  return undefined;
}

function filePlaces(path: string, name: string): string[] {
  const folder = dirname(path);
  const places = [join(folder, name)];
  return folder.endsWith('/onnx') ? [...places, join(dirname(folder), name)] : places;
}

function urlPlaces(url: string, name: string): string[] {
  const { origin, pathname } = new URL(url);
  const folder = pathname.slice(0, pathname.lastIndexOf('/'));
  const places = [`${origin}${folder}/${name}`];
  return folder.endsWith('/onnx')
    ? [...places, `${origin}${folder.slice(0, -'/onnx'.length)}/${name}`]
    : places;
}

/** A file outside the allowed folder counts as missing: the outcome must not reveal that it exists. */
async function smallFile(local: LocalFile): Promise<string | undefined> {
  const file = await openLocalFile(local).catch(() => undefined);
  try {
    const facts = await file?.stat();
    return facts?.isFile() && facts.size <= MAX_BYTES ? await file?.readFile('utf8') : undefined;
  } finally {
    await file?.close();
  }
}

async function smallDownload(file: RemoteFile, limits: DownloadLimits, signal?: AbortSignal) {
  try {
    return (await readSmall(file, { ...limits, maxBytes: MAX_BYTES }, signal)).toString('utf8');
  } catch (thrown) {
    if (thrown instanceof ProbelogError && !sourceMayRecover(thrown)) return undefined;
    throw thrown;
  }
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
