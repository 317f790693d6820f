import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { ProbelogError } from '../errors/index.js';
import type { BlobStore } from '../store/index.js';
import { type DownloadLimits, download } from './source/download.js';
import type { FileSource } from './source/parse-source.js';

/** A model file in the blob store. */
export interface FetchedModel {
  /** SHA-256 of the file. */
  digest: string;
  bytes: number;
}

/**
 * Copies the model file into the blob store, so that it can be probed again when its source is gone.
 *
 * @throws ProbelogError SOURCE_NOT_FOUND, SOURCE_FORBIDDEN, SOURCE_UNREACHABLE, SOURCE_TIMEOUT, MODEL_TOO_LARGE,
 * MODEL_EMPTY, STORAGE_FULL
 */
export async function fetchModel(
  source: FileSource,
  blobs: Pick<BlobStore, 'put'>,
  limits: DownloadLimits,
  signal: AbortSignal,
): Promise<FetchedModel> {
  const content =
    source.kind === 'URL'
      ? download(source.url, limits, signal)
      : await localFile(source.path, limits, signal);
  const stored = await blobs.put(content);
  if (stored.bytes === 0) throw new ProbelogError('MODEL_EMPTY', 'The model file has no bytes.');
  return stored;
}

async function localFile(path: string, limits: DownloadLimits, signal: AbortSignal) {
  const facts = await stat(path).catch(() => undefined);
  if (facts === undefined)
    throw new ProbelogError('SOURCE_NOT_FOUND', 'The model file does not exist any more.');
  if (!facts.isFile()) throw new ProbelogError('SOURCE_NOT_FOUND', 'The source is not a regular file.');
  if (facts.size > limits.maxBytes) {
    throw new ProbelogError(
      'MODEL_TOO_LARGE',
      `The model file has ${facts.size} bytes; the limit is ${limits.maxBytes}.`,
      { limit: limits.maxBytes },
    );
  }
  const file = createReadStream(path, { signal });
  // Whoever reads it is told of an abort; one that comes before anybody does must not end the process.
  return file.on('error', () => undefined);
}
