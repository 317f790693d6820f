import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { asStorageError } from '../../store/index.js';

/** Keys' hashes and other people's models may be in it. */
const ONLY_OWNER = 0o600;

/**
 * Writes a file under a temporary name beside its own, and renames it once all of it is on the disk: whoever reads it
 * finds the old file or the new one. Whatever goes wrong leaves what was there.
 */
export async function writeWholeFile(
  path: string,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const partial = `${path}.${randomUUID()}.part`;
  try {
    const file = createWriteStream(partial, { flags: 'wx', mode: ONLY_OWNER, flush: true });
    await pipeline(content, file, { signal });
    await rename(partial, path);
    const folder = await open(dirname(path));
    await folder.sync().finally(() => folder.close());
  } catch (thrown) {
    await rm(partial, { force: true });
    throw asStorageError(thrown);
  }
}
