import type { Dispatcher } from 'undici';
import type { Pace } from './pace.js';
import type { DownloadLimits } from './remote-file.js';
import { tooLarge } from './source-errors.js';

/**
 * The bytes of an answer, as they come.
 *
 * @param before bytes of the same file that came earlier
 * @throws ProbelogError MODEL_TOO_LARGE (more than `maxBytes`, declared or sent), SOURCE_TIMEOUT (too slow); undici's errors
 */
export async function* contentOf(
  { headers, body }: Dispatcher.ResponseData,
  { maxBytes }: Pick<DownloadLimits, 'maxBytes'>,
  pace: Pace,
  before = 0,
): AsyncGenerator<Buffer, void, undefined> {
  let bytes = before;
  if (bytes + Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  for await (const chunk of pace.of<Buffer>(body)) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}
