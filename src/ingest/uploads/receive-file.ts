import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asKnownError, ProbelogError } from '../../errors/index.js';

const DAY_MS = 86_400_000;

/**
 * Writes an upload to a temporary file, which is removed after its use or a failure.
 *
 * @throws ProbelogError PAYLOAD_TOO_LARGE as soon as the limit is passed; STORAGE_FULL; errors of the content and of `use`
 */
export async function receiveFile<T>(
  folder: string,
  content: AsyncIterable<Uint8Array>,
  maxBytes: number,
  use: (path: string) => Promise<T>,
): Promise<T> {
  await mkdir(folder, { recursive: true });
  await removeOld(folder);
  const path = join(folder, randomUUID());
  try {
    await write(path, content, maxBytes);
    return await use(path);
  } finally {
    await rm(path, { force: true });
  }
}

export function tooLarge(maxBytes: number): ProbelogError {
  return new ProbelogError(
    'PAYLOAD_TOO_LARGE',
    `The upload has more than ${maxBytes} bytes, the limit of PROBELOG_MAX_RESPONSES_BYTES.`,
    {
      limit: maxBytes,
    },
  );
}

async function write(path: string, content: AsyncIterable<Uint8Array>, maxBytes: number): Promise<void> {
  const file = await open(path, 'wx').catch((thrown) => {
    throw asKnownError(thrown);
  });
  let bytes = 0;
  try {
    for await (const chunk of content) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      await file.appendFile(chunk);
    }
  } catch (thrown) {
    throw asKnownError(thrown);
  } finally {
    await file.close();
  }
}

/** A killed process leaves its file behind. Younger files may belong to other processes that share the folder. */
async function removeOld(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const facts = await stat(path).catch(() => undefined);
    if (facts && facts.mtimeMs < Date.now() - DAY_MS) await rm(path, { force: true });
  }
}
