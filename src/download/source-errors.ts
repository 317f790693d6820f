import { errors } from 'undici';
import { ProbelogError } from '../errors/index.js';
import { Pace } from './pace.js';
import { DiskFault } from './part-file.js';
import type { DownloadLimits, RemoteFile } from './remote-file.js';

/** What a status other than success means. @param advice what to do when access is denied, as whole sentences */
export function badStatus(url: URL, status: number, advice = ''): ProbelogError {
  const answered = `${shown(url)} answered with status ${status}, not 200.`;
  if (status === 401 || status === 403) {
    return new ProbelogError('SOURCE_DENIED', `${answered} ${advice}`.trimEnd(), { status });
  }
  const code = status === 404 || status === 410 ? 'SOURCE_NOT_FOUND' : 'SOURCE_UNREACHABLE';
  return new ProbelogError(code, answered, { status });
}

export function tooLarge(limit: number): ProbelogError {
  return new ProbelogError('MODEL_TOO_LARGE', `The source sends more than the limit of ${limit} bytes.`, {
    limit,
  });
}

/** Measures the download of a file, which ends as SOURCE_TIMEOUT when it is too slow. */
export function paceOf({ url }: Pick<RemoteFile, 'url'>, { pace }: Pick<DownloadLimits, 'pace'>): Pace {
  return new Pace(pace, (reason) => new ProbelogError('SOURCE_TIMEOUT', `${shown(new URL(url))} ${reason}.`));
}

/** Anything thrown while a file is read, as an error with a stable code. */
export function asSourceError(thrown: unknown, { url }: RemoteFile, { stallMs }: DownloadLimits): unknown {
  if (thrown instanceof ProbelogError) return thrown;
  const cause = (thrown as Error).cause;
  if (thrown instanceof DiskFault) return cause;
  if (cause instanceof ProbelogError) return cause;
  const stalled = [errors.HeadersTimeoutError, errors.BodyTimeoutError, errors.ConnectTimeoutError];
  if (stalled.some((kind) => thrown instanceof kind)) {
    const seconds = stallMs / 1000;
    return new ProbelogError('SOURCE_TIMEOUT', `${shown(new URL(url))} sent nothing for ${seconds} s.`, {
      seconds,
    });
  }
  const reason = (thrown as NodeJS.ErrnoException).code ?? (thrown as Error).message;
  return new ProbelogError(
    'SOURCE_UNREACHABLE',
    `${shown(new URL(url))} cannot be read (${reason}).`,
    {},
    { cause: thrown },
  );
}

/** Request timeout, too early, too many requests: the client errors that ask to come again. */
const PASSING_STATUS = [408, 425, 429];

/**
 * Whether another try may well find what this one did not: the connection broke, or the server has no time. One that
 * refuses us (4xx) will refuse us again.
 */
export function sourceMayRecover(thrown: unknown): boolean {
  if (!(thrown instanceof ProbelogError)) return false;
  const status = thrown.details.status;
  if (thrown.code === 'SOURCE_TIMEOUT') return true;
  if (thrown.code !== 'SOURCE_UNREACHABLE') return false;
  return typeof status !== 'number' || status >= 500 || PASSING_STATUS.includes(status);
}

/** A URL without what may be a secret: user, password and query. */
export function shown({ origin, pathname }: URL): string {
  return origin + pathname;
}
