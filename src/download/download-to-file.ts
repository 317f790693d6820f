import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { ProbelogError } from '../errors/index.js';
import { type Connections, contentOf, discardBody, follow, openConnections } from './follow.js';
import type { Pace } from './pace.js';
import { type FinishedFile, PartFile } from './part-file.js';
import type { DownloadLimits, RemoteFile } from './remote-file.js';
import { asSourceError, paceOf, sourceMayRecover } from './source-errors.js';

/** How often one call continues after a broken connection. */
const MAX_BREAKS = 4;
const FIRST_PAUSE_MS = 250;

/** Where an unfinished download is kept. */
export interface DownloadPlace {
  folder: string;
  /** Identifies the file and its downloader: 64 hexadecimal digits. */
  key: string;
}

/**
 * Downloads a file. After a broken connection, and after an earlier call with the same key, it continues where that one ended,
 * if the server identifies the version of the file (by a strong ETag or a date) and serves ranges of it. Otherwise it starts
 * again. A server may send a shorter range than requested; the rest is requested then. A failed call leaves its part behind
 * only when a later call may continue it.
 *
 * @returns the whole file, for the caller to move or remove
 * @throws ProbelogError as `download`; the reason of `signal`
 */
export async function downloadToFile(
  file: RemoteFile,
  { folder, key }: DownloadPlace,
  limits: DownloadLimits,
  signal?: AbortSignal,
): Promise<FinishedFile> {
  const connections = await openConnections(limits);
  const part = await PartFile.open(folder, key);
  try {
    await readWhole(file, part, { connections, limits, signal, pace: paceOf(file, limits) });
    return await part.finish();
  } catch (thrown) {
    const isContinuable =
      part.validator !== null && part.bytes > 0 && (signal?.aborted || sourceMayRecover(thrown));
    await (isContinuable ? part.leave() : part.discard());
    throw thrown;
  } finally {
    await connections.end();
  }
}

interface Reading {
  connections: Connections;
  limits: DownloadLimits;
  signal?: AbortSignal;
  pace: Pace;
}

async function readWhole(file: RemoteFile, part: PartFile, reading: Reading): Promise<void> {
  const { limits, signal, pace } = reading;
  for (let breaks = 0; ; breaks++) {
    try {
      while (!(await requestRest(file, part, reading)));
      return;
    } catch (thrown) {
      if (signal?.aborted) throw signal.reason;
      const error = asSourceError(thrown, file, limits);
      const isFinal = part.validator === null || part.bytes === 0 || pace.isTooSlow;
      if (isFinal || !sourceMayRecover(error) || breaks === MAX_BREAKS) throw error;
    }
    await pause(FIRST_PAUSE_MS * 2 ** breaks, undefined, { signal }).catch(() => {
      throw signal?.reason;
    });
  }
}

/**
 * Sends one request for the missing bytes.
 *
 * @returns whether the file is complete
 */
async function requestRest(
  file: RemoteFile,
  part: PartFile,
  { connections, limits, signal, pace }: Reading,
): Promise<boolean> {
  const isRange = part.bytes > 0 && part.validator !== null;
  const send = () =>
    follow(file, {
      connections,
      limits,
      signal,
      headers: isRange ? { range: `bytes=${part.bytes}-`, 'if-range': part.validator as string } : {},
      accept: (status) => status === 200 || (isRange && (status === 206 || status === 416)),
    });
  const response = await pace.wait(send);
  const { statusCode, headers, body } = response;
  if (statusCode === 416) {
    discardBody(body);
    if (totalOf(headers) === part.bytes) return true;
    // The server's file is shorter than the part, although it has the same identifier.
    await part.restart(null);
    return false;
  }
  const range = statusCode === 206 ? rangeOf(headers) : null;
  if (statusCode === 200) await part.restart(validatorOf(headers));
  else if (range?.first !== part.bytes || validatorOf(headers) !== part.validator) {
    discardBody(body);
    await part.restart(null);
    throw unreachable('The server sent another range than the requested one.');
  }
  for await (const chunk of contentOf(response, limits, pace, part.bytes)) await part.append(chunk);
  if (range === null) return true;
  if (part.bytes < range.end) throw unreachable('The server ended the response before the end of its range.');
  if (part.bytes > range.end) {
    await part.restart(null);
    throw unreachable('The server sent more bytes than its Content-Range says.');
  }
  return part.bytes === range.total;
}

function unreachable(message: string): ProbelogError {
  return new ProbelogError('SOURCE_UNREACHABLE', message);
}

/** A response's range, see RFC 9110, section 14.4. */
interface Range {
  first: number;
  /** Position after the last byte. */
  end: number;
  /** Size of the whole file; null when the server does not know it. */
  total: number | null;
}

/** Null when the header is missing or contradicts itself. */
function rangeOf({ 'content-range': header }: IncomingHttpHeaders): Range | null {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(header ?? '');
  if (match === null) return null;
  const [first, last, total] = match.slice(1).map((text) => (text === '*' ? null : Number(text)));
  if (first === null || last === null || last < first || (total !== null && last >= total)) return null;
  return { first, end: last + 1, total };
}

/** The size of the file, from a 416 response. */
function totalOf({ 'content-range': header }: IncomingHttpHeaders): number | null {
  const total = /^bytes \*\/(\d+)$/.exec(header ?? '')?.[1];
  return total === undefined ? null : Number(total);
}

/** Weak ETags do not identify bytes, and a date does not identify them within its own second (RFC 9110, 8.8.2.2). */
function validatorOf({ etag, 'last-modified': modified, date }: IncomingHttpHeaders): string | null {
  if (etag !== undefined) return etag.startsWith('W/') ? null : etag;
  if (modified === undefined || date === undefined) return null;
  return Date.parse(date) - Date.parse(modified) >= 60_000 ? modified : null;
}
