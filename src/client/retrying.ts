import { isProbelogError, ProbelogClientError, type ProbelogError } from './client-error.js';

const FIRST_MS = 250;
const LONGEST_MS = 8_000;
/** Whoever is told to wait for longer is told so by the error. */
const MAX_SECONDS = 120;

/** The server did nothing of what it refused with these: whatever it was may be sent again. */
const REFUSALS = new Set<string>(['RATE_LIMITED', 'SERVER_BUSY', 'SERVER_CLOSING', 'UPLOADS_BUSY']);
/** What is passing by itself, and may have come after something was done. */
const PASSING = new Set<string>(['NETWORK', 'SEARCH_UNAVAILABLE', 'DATABASE_UNAVAILABLE']);
/** Of a proxy that has nobody to ask just now. */
const PASSING_STATUS = new Set([429, 502, 503, 504]);

/** How something is tried again. */
export interface RetryOptions {
  /** How often after the first time. */
  retries: number;
  /** Whether it may be done twice; if not, it is sent again only when the server refused it before doing anything. */
  repeatable: boolean;
  signal?: AbortSignal;
}

/** Does something, and does it again while it fails on what may pass. @throws ProbelogClientError the last one's */
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

/** Whether the server turned it away before doing anything. */
export function isRefusal({ code }: ProbelogError): boolean {
  return REFUSALS.has(code);
}

/** Whether nothing was done at all: an error with a path is one field's, and others beside it may have done theirs. */
function isOfAll({ details }: ProbelogError): boolean {
  return details.path === undefined;
}

/** Whether what is wrong may pass without anybody's doing. */
export function isPassing({ code, status }: ProbelogError): boolean {
  return PASSING.has(code) || (code === 'BAD_ANSWER' && status !== undefined && PASSING_STATUS.has(status));
}

/** Whether it would be too long to wait for so many seconds. */
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
