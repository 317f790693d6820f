import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type DownloadLimits, type RemoteFile, readSmall } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { FileSource } from './parse-source.js';

/** Companion files are small JSON documents; anything larger is something else. */
const MOST_BYTES = 4 * 2 ** 20;

/**
 * A JSON file that stands beside the model, as on the Hugging Face Hub: in the same folder or, for a model in a
 * folder `onnx`, in the one above. Undefined when there is none or it is not JSON: companions are a convenience,
 * an explicit argument is the way to be sure.
 *
 * @param name such as `preprocessor_config.json`
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
        ? await smallFile(place)
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

async function smallFile(path: string): Promise<string | undefined> {
  const facts = await stat(path).catch(() => undefined);
  return facts?.isFile() && facts.size <= MOST_BYTES ? readFile(path, 'utf8') : undefined;
}

async function smallDownload(file: RemoteFile, limits: DownloadLimits, signal?: AbortSignal) {
  try {
    return (await readSmall(file, { ...limits, maxBytes: MOST_BYTES }, signal)).toString('utf8');
  } catch (thrown) {
    if (thrown instanceof ProbelogError) return undefined;
    throw thrown;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
