import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { type DownloadLimits, downloadToFile, type RemoteFile } from '../../download/index.js';
import { asKnownError, ProbelogError } from '../../errors/index.js';
import type { BlobStore } from '../../store/index.js';
import { openLocalFile } from '../sources/local-files.js';
import type { FileSource, LocalFile } from '../sources/parse-source.js';

/** A model file in the blob store. */
export interface FetchedModel {
  /** SHA-256 of the file. */
  digest: string;
  bytes: number;
}

/** Options of {@link fetchModel}. */
export interface FetchOptions {
  blobs: Pick<BlobStore, 'put' | 'adopt'>;
  /** For unfinished downloads; on the same file system as the blobs. */
  folder: string;
  /** Only the same ingest continues an unfinished download. */
  ingestId: string;
  /** SHA-256 that the file must have. */
  sha256: string | undefined;
  limits: DownloadLimits;
  signal: AbortSignal;
}

/**
 * Copies the model file into the blob store, so that the model can be probed again when its source is gone.
 *
 * @throws ProbelogError SOURCE_NOT_FOUND, SOURCE_FORBIDDEN, SOURCE_DENIED, SOURCE_UNREACHABLE, SOURCE_TIMEOUT,
 * SOURCE_CHANGED, MODEL_TOO_LARGE, MODEL_EMPTY, STORAGE_FULL
 */
export async function fetchModel(source: FileSource, options: FetchOptions): Promise<FetchedModel> {
  const stored =
    source.kind === 'URL' ? await downloaded(source.file, options) : await copied(source, options);
  checkFile(stored, options.sha256);
  return stored;
}

async function downloaded(
  file: RemoteFile,
  { blobs, folder, ingestId, sha256, limits, signal }: FetchOptions,
): Promise<FetchedModel> {
  const key = createHash('sha256')
    .update(JSON.stringify([ingestId, file.url]))
    .digest('hex');
  const { path, ...fetched } = await downloadToFile(file, { folder, key }, limits, signal).catch((thrown) => {
    throw asKnownError(thrown);
  });
  try {
    checkFile(fetched, sha256);
    await blobs.adopt(path, fetched.digest);
    return fetched;
  } catch (thrown) {
    await rm(path, { force: true });
    throw thrown;
  }
}

function checkFile({ digest, bytes }: FetchedModel, expected: string | undefined): void {
  if (bytes === 0) throw new ProbelogError('MODEL_EMPTY', 'The model file is empty.');
  if (expected === undefined || digest === expected) return;
  throw new ProbelogError(
    'SOURCE_CHANGED',
    `The file has the SHA-256 ${digest}, but the request, the registry or an earlier ingest has ${expected}.`,
    { digest, announced: expected },
  );
}

async function copied(local: LocalFile, { blobs, limits, signal }: FetchOptions): Promise<FetchedModel> {
  const file = await openLocalFile(local);
  try {
    const facts = await file.stat();
    if (!facts.isFile())
      throw new ProbelogError('SOURCE_NOT_FOUND', 'The source is not a regular file. Name an ONNX file.');
    if (facts.size > limits.maxBytes) {
      throw new ProbelogError(
        'MODEL_TOO_LARGE',
        `The model file has ${facts.size} bytes; the limit is ${limits.maxBytes}.`,
        { limit: limits.maxBytes },
      );
    }
    const content = file.createReadStream({ signal, autoClose: false });
    // An abort before the first read has no other listener, and would end the process.
    content.on('error', () => undefined);
    return await blobs.put(content);
  } finally {
    await file.close();
  }
}
