import { setMaxListeners } from 'node:events';
import { ProbelogError } from '../../errors/index.js';

/**
 * Works on something for as long as somebody waits for it, and not longer than `seconds`.
 *
 * What cannot be stopped, such as a statement of the database, goes on to its end and its outcome is dropped; searches
 * end with the signal.
 *
 * @param gone tells when nobody waits any more
 * @throws ProbelogError OPERATION_TIMEOUT
 */
export async function withDeadline<T>(
  seconds: number,
  gone: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const leave = () => ended.abort(gone?.reason);
  const timer = setTimeout(
    () =>
      ended.abort(
        new ProbelogError(
          'OPERATION_TIMEOUT',
          `The operation took longer than ${seconds} s, and was ended.`,
          {
            seconds,
          },
        ),
      ),
    seconds * 1000,
  );
  // Not `AbortSignal.any`: `gone` may be a connection's, which outlives any number of operations.
  gone?.addEventListener('abort', leave, { once: true });
  if (gone?.aborted) leave();
  const { signal } = ended;
  // Each search of an operation listens, and there may be hundreds.
  setMaxListeners(0, signal);
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  const result = work(signal);
  // Whichever loses the race may fail later, when nobody listens.
  result.catch(() => undefined);
  aborted.catch(() => undefined);
  try {
    return await Promise.race([result, aborted]);
  } finally {
    clearTimeout(timer);
    gone?.removeEventListener('abort', leave);
  }
}
