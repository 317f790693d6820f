import { ProbelogError } from '../errors/index.js';
import { Pace } from './pace.js';
import { DiskFault } from './part-file.js';
import type { DownloadLimits, RemoteFile } from './remote-file.js';

/** Codes of undici's errors. */
const TIMEOUTS = ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT'];

/** The error of a status other than 200. @param advice what to do when access is denied, in whole sentences */
export function badStatus(url: URL, status: number, advice = ''): ProbelogError {
  const answered = `${shown(url)} responded with status ${status}, not 200.`;
  if (status === 401 || status === 403) {
    return new ProbelogError('SOURCE_DENIED', `${answered} ${advice}`.trimEnd(), { status });
  }
  const code = status === 404 || status === 410 ? 'SOURCE_NOT_FOUND' : 'SOURCE_UNREACHABLE';
  return new ProbelogError(code, answered, { status });
}

export function tooLarge(limit: number): ProbelogError {
  return new ProbelogError(
    'MODEL_TOO_LARGE',
    `The source sends more than ${limit} bytes, the limit of PROBELOG_MAX_MODEL_BYTES.`,
    {
      limit,
    },
  );
}

/** Measures a download, which fails with SOURCE_TIMEOUT when it is too slow. */
export function paceOf({ url }: Pick<RemoteFile, 'url'>, { pace }: Pick<DownloadLimits, 'pace'>): Pace {
  return new Pace(pace, (reason) => new ProbelogError('SOURCE_TIMEOUT', `${shown(new URL(url))} ${reason}.`));
}

/** Gives any error of a download a stable code; errors of this machine's disk stay as they are. */
export function asSourceError(thrown: unknown, { url }: RemoteFile, { stallMs }: DownloadLimits): unknown {
  if (thrown instanceof ProbelogError) return thrown;
  const cause = (thrown as Error).cause;
  if (thrown instanceof DiskFault) return cause;
  if (cause instanceof ProbelogError) return cause;
  const { code } = thrown as NodeJS.ErrnoException;
  if (code !== undefined && TIMEOUTS.includes(code)) {
    const seconds = stallMs / 1000;
    return new ProbelogError('SOURCE_TIMEOUT', `${shown(new URL(url))} sent nothing for ${seconds} s.`, {
      seconds,
    });
  }
  const reason = code ?? (thrown as Error).message;
  return new ProbelogError(
    'SOURCE_UNREACHABLE',
    `${shown(new URL(url))} cannot be read (${reason}).`,
    {},
    { cause: thrown },
  );
}

/** Request timeout, too early, too many requests: client errors that may be retried. */
const RETRYABLE_STATUSES = [408, 425, 429];

/** Whether a retry may succeed: the connection broke, or the server is overloaded. Another 4xx will be the same next time. */
export function sourceMayRecover(thrown: unknown): boolean {
  if (!(thrown instanceof ProbelogError)) return false;
  const status = thrown.details.status;
  if (thrown.code === 'SOURCE_TIMEOUT') return true;
  if (thrown.code !== 'SOURCE_UNREACHABLE') return false;
  return typeof status !== 'number' || status >= 500 || RETRYABLE_STATUSES.includes(status);
}

/** A URL without the parts that may be secret: user, password and query. */
export function shown({ origin, pathname }: URL): string {
  return origin + pathname;
}
