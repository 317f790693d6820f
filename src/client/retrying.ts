import { isProbelogError, ProbelogClientError, type ProbelogError } from './client-error.js';

const FIRST_MS = 250;
const LONGEST_MS = 8_000;
/** A longer Retry-After is not waited for: the call fails with it. */
const MAX_SECONDS = 120;

/** With these codes the server did nothing, so any request may be repeated. */
const REFUSALS = new Set<string>(['RATE_LIMITED', 'SERVER_BUSY', 'SERVER_CLOSING', 'UPLOADS_BUSY']);
/** Temporary errors that may occur after the server did something. */
const PASSING = new Set<string>(['NETWORK', 'SEARCH_UNAVAILABLE', 'DATABASE_UNAVAILABLE']);
/** Of a proxy that cannot reach the server for the moment. */
const PASSING_STATUS = new Set([429, 502, 503, 504]);

/** How a request is retried. */
export interface RetryOptions {
  /** Number of attempts after the first. */
  retries: number;
  /** Whether the request may be sent twice. If not, it is retried only when the server refused it before doing anything. */
  repeatable: boolean;
  signal?: AbortSignal;
}

/** Runs an attempt, and retries it while it fails for a temporary reason. @throws ProbelogClientError of the last attempt */
export async function retrying<T>(
  attempt: () => Promise<T>,
  { retries, repeatable, signal }: RetryOptions,
): Promise<T> {
  for (let turn = 0; ; turn++) {
    try {
      return await attempt();
    } catch (thrown) {
      if (turn >= retries || !isProbelogError(thrown)) throw thrown;
      if (!(repeatable ? isRefusal(thrown) || isPassing(thrown) : isRefusal(thrown) && isOfAll(thrown)))
        throw thrown;
      if (isTooLong(thrown.retryAfterSeconds)) throw thrown;
      await pause(delayOf(turn, thrown.retryAfterSeconds), signal);
    }
  }
}

/** Whether the server refused the request before doing anything. */
export function isRefusal({ code }: ProbelogError): boolean {
  return REFUSALS.has(code);
}

/** Whether the whole operation was refused: an error with a path belongs to one field, and others may have run. */
function isOfAll({ details }: ProbelogError): boolean {
  return details.path === undefined;
}

/** Whether the error is temporary. */
export function isPassing({ code, status }: ProbelogError): boolean {
  return PASSING.has(code) || (code === 'BAD_ANSWER' && status !== undefined && PASSING_STATUS.has(status));
}

/** Whether a wait of so many seconds is too long. */
export function isTooLong(seconds = 0): boolean {
  return seconds > MAX_SECONDS;
}

/**
 * How long to wait before the next time: what the server said, or twice as long each time; and by chance somewhat more or
 * less, so that those who were turned away together do not come back together.
 */
export function delayOf(turn: number, retryAfterSeconds?: number): number {
  const longest = Math.min(FIRST_MS * 2 ** turn, LONGEST_MS);
  if (retryAfterSeconds !== undefined) return retryAfterSeconds * 1000 + Math.random() * FIRST_MS;
  return longest / 2 + (Math.random() * longest) / 2;
}

/** @throws ProbelogClientError ABORTED */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(aborted(signal));
    const onAbort = () => {
      clearTimeout(timer);
      reject(aborted(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** The caller's own signal ended the call. */
export function aborted(signal: AbortSignal | undefined): ProbelogClientError {
  return new ProbelogClientError('ABORTED', 'The call was aborted.', { cause: signal?.reason });
}
