import { contentOf, follow, openConnections } from './follow.js';
import type { DownloadLimits, RemoteFile } from './remote-file.js';
import { asSourceError, paceOf } from './source-errors.js';

/**
 * Streams the body of a 200 response, following redirects.
 *
 * @throws ProbelogError SOURCE_FORBIDDEN (scheme or address), SOURCE_NOT_FOUND (404, 410), SOURCE_DENIED (401, 403),
 * SOURCE_UNREACHABLE (any other status, refused connection, unknown host, too many redirects), SOURCE_TIMEOUT (no byte
 * for `stallMs`, or slower than `pace`), MODEL_TOO_LARGE (more than `maxBytes`, declared or sent)
 */
export async function* download(
  file: RemoteFile,
  limits: DownloadLimits,
  signal?: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const connections = await openConnections(limits);
  try {
    const pace = paceOf(file, limits);
    const response = await pace.wait(() => follow(file, { connections, limits, signal }));
    yield* contentOf(response, limits, pace);
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
