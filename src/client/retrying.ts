import { isProbelogError, ProbelogClientError, type ProbelogError } from './client-error.js';

const FIRST_MS = 250;
const MAX_MS = 8_000;
/** A longer `Retry-After` is left to the caller. */
const MAX_SECONDS = 120;

/** With these the server refuses a request before doing anything, so that any request may be repeated. */
const REFUSALS = new Set<string>(['RATE_LIMITED', 'SERVER_BUSY', 'SERVER_CLOSING', 'UPLOADS_BUSY']);
/** Failures that pass, but may come after the server did something. */
const PASSING = new Set<string>(['NETWORK', 'SEARCH_UNAVAILABLE', 'DATABASE_UNAVAILABLE']);
/** Statuses of a proxy that cannot reach the server now. */
const PASSING_STATUS = new Set([429, 502, 503, 504]);

/** Options of {@link retrying}. */
export interface RetryOptions {
  /** Maximum number, after the first attempt. */
  retries: number;
  /** Whether a second attempt after a first that may have succeeded is harmless. If not, only refused attempts are repeated. */
  repeatable: boolean;
  signal?: AbortSignal;
}

/** Repeats an attempt while its failure may pass. @throws ProbelogClientError the error of the last attempt */
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

/** Whether the whole operation was refused: an error with a path is one field's, and other fields may have done their work. */
function isOfAll({ details }: ProbelogError): boolean {
  return details.path === undefined;
}

/** Whether the failure may pass by itself. */
export function isPassing({ code, status }: ProbelogError): boolean {
  return PASSING.has(code) || (code === 'BAD_ANSWER' && status !== undefined && PASSING_STATUS.has(status));
}

/** Whether a wait of this many seconds is too long. */
export function isTooLong(seconds = 0): boolean {
  return seconds > MAX_SECONDS;
}

/**
 * Milliseconds to wait before the next attempt: as long as the server said, or twice as long each time. Randomized, so that clients
 * that were refused together do not return together.
 */
export function delayOf(turn: number, retryAfterSeconds?: number): number {
  const longest = Math.min(FIRST_MS * 2 ** turn, MAX_MS);
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

/** The error of a call that the caller's signal ended. */
export function aborted(signal: AbortSignal | undefined): ProbelogClientError {
  return new ProbelogClientError('ABORTED', 'The call was aborted.', { cause: signal?.reason });
}
