import { errorOfResponse } from './answer-error.js';
import { isProbelogError, ProbelogClientError } from './client-error.js';
import type { ClientOptions } from './client-options.js';
import { aborted } from './retrying.js';

/** Longer than the server's own limit for an operation, so that its error arrives first. */
const TIMEOUT_MS = 150_000;
const RETRIES = 3;

/** One request. */
export interface Request {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** Relative to the server's address. */
  path: string;
  headers?: Record<string, string>;
  body?: NonNullable<RequestInit['body']>;
  /** Time for the request with its response; that of the client's options by default. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** A connection to a server. */
export interface Connection {
  /** Number of retries. */
  retries: number;
  /**
   * Sends a request once, and reads its response; the timeout covers both.
   *
   * @throws ProbelogClientError codes of the server; NETWORK, TIMEOUT, ABORTED, BAD_ANSWER
   */
  send<T>(request: Request, read: (response: Response) => Promise<T>): Promise<T>;
}

/** Sends nothing yet. @throws TypeError if the address is invalid */
export function openConnection({ url, key, retries = RETRIES, ...options }: ClientOptions): Connection {
  const base = new URL(String(url).replace(/\/*$/, '/'));
  // A browser's fetch refuses to work as a method of another object.
  const fetch = options.fetch ?? ((address: URL, init: RequestInit) => globalThis.fetch(address, init));

  return {
    retries,
    async send({ path, headers, signal, timeoutMs = options.timeoutMs ?? TIMEOUT_MS, ...request }, read) {
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), timeoutMs);
      const ended = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
      try {
        signal?.throwIfAborted();
        const secret = typeof key === 'function' ? await unlessAborted(key(), ended) : key;
        const response = await fetch(new URL(path, base), {
          ...request,
          headers: { ...headers, ...(secret !== undefined && { authorization: `Bearer ${secret}` }) },
          signal: ended,
          // A streamed body must be sent before the response starts.
          ...(request.body instanceof ReadableStream && { duplex: 'half' }),
        });
        if (!response.ok) throw await errorOfResponse(response);
        return await read(response);
      } catch (thrown) {
        if (late.signal.aborted && !signal?.aborted)
          throw new ProbelogClientError('TIMEOUT', `There was no response within ${timeoutMs} ms.`);
        throw brokenBy(thrown, signal);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** Waits for work that does not know the signal, until the signal aborts. */
function unlessAborted<T>(work: T | Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', leave));
  });
}

/** The error of a request, or of reading its response, that failed halfway. */
export function brokenBy(thrown: unknown, signal: AbortSignal | undefined): ProbelogClientError {
  if (isProbelogError(thrown)) return thrown;
  if (signal?.aborted) return aborted(signal);
  return new ProbelogClientError('NETWORK', 'The server cannot be reached, or the connection broke.', {
    cause: thrown,
  });
}
