import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { ProbelogError } from '../errors/index.js';
import { type Connections, follow, openConnections } from './follow.js';
import { type FinishedFile, PartFile } from './part-file.js';
import type { DownloadLimits, RemoteFile } from './remote-file.js';
import { asSourceError, sourceMayRecover, tooLarge } from './source-errors.js';

/** How often a broken connection is taken up again within one call. */
const MOST_BREAKS = 4;
const FIRST_PAUSE_MS = 250;

/** Where a download is kept until it is whole. */
export interface DownloadPlace {
  folder: string;
  /** Names what is downloaded, and for whom: 64 hexadecimal digits. */
  key: string;
}

/**
 * Downloads a file, and goes on where a broken connection, or an earlier call with the same key, left off. That takes a
 * server that names the version of the file (a strong ETag, or a date) and sends parts of that version only; from any other
 * the file is read from its beginning. A part is left behind only when another call may go on with it.
 *
 * @returns the whole file, which is the caller's to move or remove
 * @throws ProbelogError as `download`; what `signal` was aborted with
 */
export async function downloadToFile(
  file: RemoteFile,
  { folder, key }: DownloadPlace,
  limits: DownloadLimits,
  signal?: AbortSignal,
): Promise<FinishedFile> {
  const connections = openConnections(limits);
  const part = await PartFile.open(folder, key);
  try {
    await readWhole(file, part, { connections, limits, signal });
    return await part.finish();
  } catch (thrown) {
    const goesOn = part.validator !== null && part.bytes > 0 && (signal?.aborted || sourceMayRecover(thrown));
    await (goesOn ? part.leave() : part.discard());
    throw thrown;
  } finally {
    await connections.end();
  }
}

interface Reading {
  connections: Connections;
  limits: DownloadLimits;
  signal?: AbortSignal;
}

async function readWhole(file: RemoteFile, part: PartFile, reading: Reading): Promise<void> {
  const { limits, signal } = reading;
  for (let breaks = 0; ; breaks++) {
    try {
      return await readOn(file, part, reading);
    } catch (thrown) {
      if (signal?.aborted) throw signal.reason;
      const error = asSourceError(thrown, file, limits);
      if (part.validator === null || part.bytes === 0 || !sourceMayRecover(error) || breaks === MOST_BREAKS)
        throw error;
    }
    await pause(FIRST_PAUSE_MS * 2 ** breaks, undefined, { signal }).catch(() => {
      throw signal?.reason;
    });
  }
}

async function readOn(
  file: RemoteFile,
  part: PartFile,
  { connections, limits, signal }: Reading,
): Promise<void> {
  const goesOn = part.bytes > 0 && part.validator !== null;
  const { statusCode, headers, body } = await follow(file, {
    connections,
    limits,
    signal,
    headers: goesOn ? { range: `bytes=${part.bytes}-`, 'if-range': part.validator as string } : {},
    accept: (status) => status === 200 || (goesOn && (status === 206 || status === 416)),
  });
  const range = rangeOf(headers);
  if (statusCode === 416) {
    await body.dump();
    if (range.total === part.bytes) return;
    // The server has less than we do, whatever it calls it.
    await part.restart(null);
    return readOn(file, part, { connections, limits, signal });
  }
  if (statusCode === 200) await part.restart(validatorOf(headers));
  else if (range.first !== part.bytes || validatorOf(headers) !== part.validator) {
    await body.dump();
    await part.restart(null);
    throw new ProbelogError('SOURCE_UNREACHABLE', 'The server sent another part than it was asked for.');
  }
  if (part.bytes + Number(headers['content-length'] ?? 0) > limits.maxBytes) throw tooLarge(limits.maxBytes);
  for await (const chunk of body) {
    if (part.bytes + chunk.length > limits.maxBytes) throw tooLarge(limits.maxBytes);
    await part.append(chunk);
  }
}

/** What part of how much an answer is: `bytes 100-199/200`, with a star for what is not known or not sent. */
function rangeOf({ 'content-range': header }: IncomingHttpHeaders): { first?: number; total?: number } {
  const match = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(header ?? '');
  const number = (text: string | undefined) =>
    text === undefined || text === '*' ? undefined : Number(text);
  return { first: number(match?.[1]), total: number(match?.[2]) };
}

/** A weak ETag names what looks alike, not what is the same; a date tells nothing within its second. */
function validatorOf({ etag, 'last-modified': modified, date }: IncomingHttpHeaders): string | null {
  if (etag !== undefined) return etag.startsWith('W/') ? null : etag;
  if (modified === undefined || date === undefined) return null;
  return Date.parse(date) - Date.parse(modified) >= 60_000 ? modified : null;
}
