import { follow, openConnections } from './follow.js';
import type { DownloadLimits, RemoteFile } from './remote-file.js';
import { asSourceError, tooLarge } from './source-errors.js';

/**
 * Streams what an http(s) URL answers with status 200, following redirects.
 *
 * @throws ProbelogError SOURCE_FORBIDDEN (scheme or address), SOURCE_NOT_FOUND (404, 410), SOURCE_DENIED (401, 403),
 * SOURCE_UNREACHABLE (any other status, refused connection, unknown host, too many redirects), SOURCE_TIMEOUT (no byte
 * for `stallMs`), MODEL_TOO_LARGE (more than `maxBytes`, declared or sent)
 */
export async function* download(
  file: RemoteFile,
  limits: DownloadLimits,
  signal?: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const connections = openConnections(limits);
  try {
    const { body, headers } = await follow(file, { connections, limits, signal });
    const declared = Number(headers['content-length'] ?? 0);
    if (declared > limits.maxBytes) throw tooLarge(limits.maxBytes);
    let received = 0;
    for await (const chunk of body) {
      received += chunk.length;
      if (received > limits.maxBytes) throw tooLarge(limits.maxBytes);
      yield chunk;
    }
  } catch (thrown) {
    throw signal?.aborted ? signal.reason : asSourceError(thrown, file, limits);
  } finally {
    await connections.end();
  }
}

/** A whole small file. @throws ProbelogError as {@link download} */
export async function readSmall(
  file: RemoteFile,
  limits: DownloadLimits,
  signal?: AbortSignal,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of download(file, limits, signal)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
