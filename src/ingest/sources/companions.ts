import { dirname, join } from 'node:path';
import { type DownloadLimits, type RemoteFile, readSmall, sourceMayRecover } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';

import { parseJson } from '../../lib/parse-json.js';

import { openLocal } from './open-local.js';
import type { FileSource, LocalFile } from './parse-source.js';

/** Companion files are small JSON documents; anything larger is something else. */
const MAX_BYTES = 4 * 2 ** 20;

/**
 * A JSON file that stands beside the model, as on the Hugging Face Hub: in the same folder or, for a model in a
 * folder `onnx`, in the one above. Undefined when there is none or it is not JSON: companions are a convenience,
 * an explicit argument is the way to be sure. A server that has no time says nothing about whether there is one.
 *
 * @param name such as `preprocessor_config.json`
 * @throws ProbelogError when another try may find it: SOURCE_UNREACHABLE, SOURCE_TIMEOUT
 */
export async function readCompanion(
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

/** What lies outside the allowed folder, or leads there, is like a file that is not there: it must not show that it is. */
async function smallFile(local: LocalFile): Promise<string | undefined> {
  const file = await openLocal(local).catch(() => undefined);
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
