import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { ProbelogError } from '../errors/index.js';
import { contentOf } from './content-of.js';
import { type Connections, follow, leave, openConnections } from './follow.js';
import type { Pace } from './pace.js';
import { type FinishedFile, PartFile } from './part-file.js';
import type { DownloadLimits, RemoteFile } from './remote-file.js';
import { asSourceError, paceOf, sourceMayRecover } from './source-errors.js';

/** How often a broken connection is taken up again within one call. */
const MAX_BREAKS = 4;
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
 * the file is read from its beginning. A server may send less than it was asked for: then the rest is asked for. A part is
 * left behind only when another call may go on with it.
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
    await readWhole(file, part, { connections, limits, signal, pace: paceOf(file, limits) });
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
  pace: Pace;
}

async function readWhole(file: RemoteFile, part: PartFile, reading: Reading): Promise<void> {
  const { limits, signal, pace } = reading;
  for (let breaks = 0; ; breaks++) {
    try {
      while (!(await readOn(file, part, reading)));
      return;
    } catch (thrown) {
      if (signal?.aborted) throw signal.reason;
      const error = asSourceError(thrown, file, limits);
      const isNoUse = part.validator === null || part.bytes === 0 || pace.isTooSlow;
      if (isNoUse || !sourceMayRecover(error) || breaks === MAX_BREAKS) throw error;
    }
    await pause(FIRST_PAUSE_MS * 2 ** breaks, undefined, { signal }).catch(() => {
      throw signal?.reason;
    });
  }
}

/**
 * Asks for what is missing, once.
 *
 * @returns whether the file is whole; a part that ended where it was to end may not be the last one
 */
async function readOn(
  file: RemoteFile,
  part: PartFile,
  { connections, limits, signal, pace }: Reading,
): Promise<boolean> {
  const goesOn = part.bytes > 0 && part.validator !== null;
  const ask = () =>
    follow(file, {
      connections,
      limits,
      signal,
      headers: goesOn ? { range: `bytes=${part.bytes}-`, 'if-range': part.validator as string } : {},
      accept: (status) => status === 200 || (goesOn && (status === 206 || status === 416)),
    });
  const answer = await pace.wait(ask);
  const { statusCode, headers, body } = answer;
  if (statusCode === 416) {
    leave(body);
    if (totalOf(headers) === part.bytes) return true;
    // The server has less than we do, whatever it calls it.
    await part.restart(null);
    return false;
  }
  const range = statusCode === 206 ? rangeOf(headers) : null;
  if (statusCode === 200) await part.restart(validatorOf(headers));
  else if (range?.first !== part.bytes || validatorOf(headers) !== part.validator) {
    leave(body);
    await part.restart(null);
    throw unreachable('The server sent another part than it was asked for.');
  }
  for await (const chunk of contentOf(answer, limits, pace, part.bytes)) await part.append(chunk);
  if (range === null) return true;
  if (part.bytes < range.end) throw unreachable('The server ended a part before its end.');
  if (part.bytes > range.end) {
    await part.restart(null);
    throw unreachable('The server sent more than the part that it announced.');
  }
  return part.bytes === range.total;
}

function unreachable(message: string): ProbelogError {
  return new ProbelogError('SOURCE_UNREACHABLE', message);
}

/** Which part of a file an answer is, see RFC 9110, section 14.4. */
interface Range {
  first: number;
  /** Behind its last byte. */
  end: number;
  /** Of the whole file; null when the server does not know. */
  total: number | null;
}

/** Null when there is no such header, or it cannot be true. */
function rangeOf({ 'content-range': header }: IncomingHttpHeaders): Range | null {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(header ?? '');
  if (match === null) return null;
  const [first, last, total] = match.slice(1).map((text) => (text === '*' ? null : Number(text)));
  if (first === null || last === null || last < first || (total !== null && last >= total)) return null;
  return { first, end: last + 1, total };
}

/** The size of the file that a refusal of a range tells. */
function totalOf({ 'content-range': header }: IncomingHttpHeaders): number | null {
  const total = /^bytes \*\/(\d+)$/.exec(header ?? '')?.[1];
  return total === undefined ? null : Number(total);
}

/** A weak ETag names what looks alike, not what is the same; a date tells nothing within its second. */
function validatorOf({ etag, 'last-modified': modified, date }: IncomingHttpHeaders): string | null {
  if (etag !== undefined) return etag.startsWith('W/') ? null : etag;
  if (modified === undefined || date === undefined) return null;
  return Date.parse(date) - Date.parse(modified) >= 60_000 ? modified : null;
}
