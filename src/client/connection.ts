import { errorOfResponse } from './answer-error.js';
import { isProbelogError, ProbelogClientError } from './client-error.js';
import type { ClientOptions } from './client-options.js';
import { aborted } from './retrying.js';

/** Longer than the server gives an operation, so that its own word on that comes first. */
const TIMEOUT_MS = 150_000;
const RETRIES = 3;

/** One request. */
export interface Request {
  method: 'GET' | 'POST' | 'PUT';
  /** Relative to the server's address. */
  path: string;
  headers?: Record<string, string>;
  body?: NonNullable<RequestInit['body']>;
  /** Time for it and its answer; that of the client's options when absent. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** The way to a server. */
export interface Connection {
  /** How often something is tried again. */
  retries: number;
  /**
   * Sends one request, once, and reads its answer in the time that there is for both.
   *
   * @throws ProbelogClientError the server's codes; NETWORK, TIMEOUT, ABORTED, BAD_ANSWER
   */
  send<T>(request: Request, read: (response: Response) => Promise<T>): Promise<T>;
}

/** Nothing is sent yet. @throws TypeError when the address is none */
export function openConnection({ url, key, retries = RETRIES, ...options }: ClientOptions): Connection {
  const base = new URL(String(url).replace(/\/*$/, '/'));
  // As a method of something else, a browser's fetch refuses to work.
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
          // What is sent as it comes is not answered before it was sent.
          ...(request.body instanceof ReadableStream && { duplex: 'half' }),
        });
        if (!response.ok) throw await errorOfResponse(response);
        return await read(response);
      } catch (thrown) {
        if (late.signal.aborted && !signal?.aborted)
          throw new ProbelogClientError('TIMEOUT', `There was no answer within ${timeoutMs} ms.`);
        throw brokenBy(thrown, signal);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** Waits for what knows nothing of the signal no longer than that says. */
function unlessAborted<T>(work: T | Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', leave));
  });
}

/** What became of a request, or of reading its answer, that failed in the middle. */
export function brokenBy(thrown: unknown, signal: AbortSignal | undefined): ProbelogClientError {
  if (isProbelogError(thrown)) return thrown;
  if (signal?.aborted) return aborted(signal);
  return new ProbelogClientError('NETWORK', 'The server cannot be reached, or the connection broke.', {
    cause: thrown,
  });
}
