import { setMaxListeners } from 'node:events';

/**
 * Gives work a time limit and a caller who may leave.
 *
 * Work that ignores its signal, such as a database statement, runs to its end; its outcome is dropped.
 *
 * @param late makes the error when time is up
 * @param work its signal aborts when time is up or the caller leaves
 * @param signal aborts when the caller leaves
 * @throws the error of `late`, or the reason of `signal`, as soon as either happens
 */
export async function withDeadline<T>(
  ms: number,
  late: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const ended = new AbortController();
  // The work may start hundreds of searches, and each listens.
  setMaxListeners(0, ended.signal);
  const leave = () => ended.abort(signal?.reason);
  const timer = setTimeout(() => ended.abort(late()), ms);
  // AbortSignal.any would stay registered with `signal`, which may be a connection's and outlive any number of calls.
  signal?.addEventListener('abort', leave, { once: true });
  if (signal?.aborted) leave();
  try {
    return await unlessAborted(work(ended.signal), ended.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', leave);
  }
}

/** The outcome of a promise, unless the signal aborts first. What the promise does later is ignored. @throws the signal's reason */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  let leave: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal?.reason);
  });
  signal?.addEventListener('abort', leave, { once: true });
  if (signal?.aborted) leave();
  try {
    return await Promise.race([aborted, promise]);
  } finally {
    signal?.removeEventListener('abort', leave);
  }
}
