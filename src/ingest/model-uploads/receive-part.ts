import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { asKnownError, ProbelogError } from '../../errors/index.js';
import type { ByteRange } from './byte-range.js';

/** A part of a file, as it arrives. */
export interface ArrivingPart extends Pick<ByteRange, 'offset' | 'length'> {
  content: AsyncIterable<Uint8Array>;
  /** SHA-256 of the part; undefined when the sender gave none. */
  sha256: string | undefined;
  /** Aborts when another request goes on with the file. */
  signal: AbortSignal;
}

/**
 * Writes a part of a file at its place. Of a part that breaks off, what came is kept; but where it has a digest, which cannot be
 * checked then, and where it is another part than it said, nothing is.
 *
 * @throws ProbelogError UPLOAD_DAMAGED, UPLOAD_CONFLICT, INPUT_INVALID when there are more or fewer bytes, STORAGE_FULL; errors of the
 *   content
 */
export async function receivePart(
  path: string,
  { offset, length, content, sha256, signal }: ArrivingPart,
): Promise<void> {
  const file = await open(path, offset === 0 ? 'w' : 'r+').catch((thrown) => {
    throw asKnownError(thrown);
  });
  const hash = sha256 === undefined ? null : createHash('sha256');
  let isKept = hash === null;
  let bytes = 0;
  try {
    for await (const chunk of untilAborted(content, signal)) {
      if (bytes + chunk.length > length) {
        isKept = false;
        throw new ProbelogError(
          'INPUT_INVALID',
          `The request has more than the ${length} bytes that it announced.`,
        );
      }
      await writeAt(file, chunk, offset + bytes);
      hash?.update(chunk);
      bytes += chunk.length;
    }
    if (bytes < length)
      throw new ProbelogError(
        'INPUT_INVALID',
        `The request has ${bytes} of the ${length} bytes that it announced.`,
      );
    if (hash && hash.digest('hex') !== sha256) throw damaged();
    isKept = true;
  } catch (thrown) {
    throw asKnownError(thrown);
  } finally {
    await keep(file, isKept ? offset + bytes : offset).finally(() => file.close());
  }
}

export function damaged(): ProbelogError {
  return new ProbelogError(
    'UPLOAD_DAMAGED',
    'The bytes that arrived do not have the digest that was announced.',
  );
}

async function writeAt(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done, position + done);
    done += bytesWritten;
  }
}

/** Until these bytes are on the disk, the next part must not build on them. */
async function keep(file: FileHandle, bytes: number): Promise<void> {
  await file.truncate(bytes);
  await file.datasync();
}

/** @throws ProbelogError UPLOAD_CONFLICT at once, also while the content is waited for */
async function* untilAborted(
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = content[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await unlessAborted(chunks.next(), signal);
      if (done) return;
      yield value;
    }
  } finally {
    // Not awaited: a sender that is silent may never let it end.
    chunks.return?.().catch(() => undefined);
  }
}

/** Not by `Promise.race` with one promise for all chunks, which would keep every chunk until the end. */
function unlessAborted<T>(next: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () =>
      reject(new ProbelogError('UPLOAD_CONFLICT', 'Another request goes on with this file.'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    next.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
