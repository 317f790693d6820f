import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { ProbelogError } from '../../errors/index.js';
import type { DataReference } from '../../probing/index.js';
import type { DataFile } from '../../store/index.js';
import { ownFile } from '../sources/beside-model.js';
import type { FileSource } from '../sources/parse-source.js';
import type { RegisteredModel } from '../sources/remote-sources.js';
import { type FetchedModel, type FetchOptions, fetchModel } from './fetch-model.js';

/** Options of {@link fetchDataFiles}. */
export interface FetchDataOptions extends Omit<FetchOptions, 'sha256'> {
  /** Opens a stored file. */
  pathOf(digest: string): string;
  /** The model's own file, which shares the limit. */
  modelBytes: number;
  /** The model's data files of an earlier ingest, which must be the same. */
  known: readonly DataFile[];
}

/**
 * Copies the files that a model keeps weights in into the blob store: those beside it, under the names that it gives.
 *
 * @param registered null when the model is in no registry
 * @throws ProbelogError MODEL_EXTERNAL_DATA when one is missing, too short, not a file of the model's own folder, or has another
 *   checksum; MODEL_TOO_LARGE when model and data are together; otherwise as `fetchModel`
 */
export async function fetchDataFiles(
  references: readonly DataReference[],
  source: FileSource,
  registered: RegisteredModel | null,
  { modelBytes, known, pathOf, ...options }: FetchDataOptions,
): Promise<DataFile[]> {
  const files: DataFile[] = [];
  let left = options.limits.maxBytes - modelBytes;
  for (const reference of references) {
    const { location } = reference;
    if (reference.bytes > left) throw tooLarge(location, options.limits.maxBytes);
    const place = await placeOf(location, source, registered);
    if (place === null) throw missing(location, 'its registry does not list it in the model’s folder');
    const file = await fetchModel(place.source, {
      ...options,
      sha256: place.sha256 ?? known.find((before) => before.location === location)?.digest,
      limits: { ...options.limits, maxBytes: left },
    }).catch((thrown) => {
      throw explain(thrown, location, options.limits.maxBytes);
    });
    await check(file, reference, pathOf);
    left -= file.bytes;
    files.push({ location, ...file });
  }
  return files;
}

async function placeOf(
  location: string,
  source: FileSource,
  registered: RegisteredModel | null,
): Promise<{ source: FileSource; sha256?: string } | null> {
  if (!registered) return { source: await ownFile(source, location) };
  const found = registered.beside?.(location);
  return found ? { source: { kind: 'URL', file: found.file }, sha256: found.sha256 } : null;
}

async function check(
  { digest, bytes }: FetchedModel,
  reference: DataReference,
  pathOf: (digest: string) => string,
): Promise<void> {
  const { location } = reference;
  if (bytes < reference.bytes)
    throw new ProbelogError(
      'MODEL_EXTERNAL_DATA',
      `The model’s data file ${JSON.stringify(location)} has ${bytes} bytes, but the model needs ${reference.bytes}. The file is cut off or belongs to another model. Save or download both again.`,
      { location, bytes, needed: reference.bytes },
    );
  if (reference.sha1 === null) return;
  const hash = createHash('sha1');
  for await (const chunk of createReadStream(pathOf(digest))) hash.update(chunk);
  if (hash.digest('hex') === reference.sha1) return;
  throw new ProbelogError(
    'MODEL_EXTERNAL_DATA',
    `The model’s data file ${JSON.stringify(location)} has another checksum than the model names. It is damaged or belongs to another model. Save or download both again.`,
    { location },
  );
}

/** Errors of a model's own file would send people to the wrong file, and SOURCE_NOT_FOUND may remove the model. */
function explain(thrown: unknown, location: string, maxBytes: number): unknown {
  if (!(thrown instanceof ProbelogError)) return thrown;
  if (thrown.code === 'MODEL_TOO_LARGE') return tooLarge(location, maxBytes);
  if (thrown.code === 'SOURCE_NOT_FOUND')
    return missing(location, 'there is no such file in the model’s folder (links are not followed)');
  if (thrown.code === 'SOURCE_FORBIDDEN')
    return missing(location, 'it is a link, or leads out of the model’s folder');
  if (thrown.code === 'MODEL_EMPTY') return missing(location, 'the file in the model’s folder is empty');
  if (thrown.code === 'SOURCE_DENIED') return missing(location, `its source refuses it: ${thrown.message}`);
  return thrown;
}

function missing(location: string, why: string): ProbelogError {
  return new ProbelogError(
    'MODEL_EXTERNAL_DATA',
    `The model keeps weights in the file ${JSON.stringify(location)}, which cannot be used: ${why.replace(/\.$/, '')}. Put it beside the model under this name, or save the model as one file.`,
    { location },
  );
}

function tooLarge(location: string, limit: number): ProbelogError {
  return new ProbelogError(
    'MODEL_TOO_LARGE',
    `The model and its data files, such as ${JSON.stringify(location)}, have more than ${limit} bytes together, the limit of PROBELOG_MAX_MODEL_BYTES.`,
    { limit, location },
  );
}
