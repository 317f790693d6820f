import { EXIT } from './exit-status.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Watches for Ctrl-C and SIGTERM. */
export interface Interruption {
  /** Aborted by the first of them. A second one ends the process at once. */
  signal: AbortSignal;
  /** Resolves when the signal aborts. */
  promise: Promise<void>;
  /** Stops watching. */
  ignore(): void;
}

export function watchInterruption(): Interruption {
  const controller = new AbortController();
  const { signal } = controller;
  const ignore = () => {
    for (const name of SIGNALS) process.off(name, abort);
  };
  const abort = () => {
    ignore();
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, abort);
  const promise = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  return { signal, promise, ignore };
}

/** Runs work that cleans up after itself when its signal aborts; an interruption sets the exit status and is no error. */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const { signal, ignore } = watchInterruption();
  try {
    await work(signal);
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
  } finally {
    ignore();
    if (signal.aborted) process.exitCode = EXIT.interrupted;
  }
}

/**
 * The same for work that does not end by itself soon after its signal aborts: an interruption ends the waiting for it.
 *
 * @param work must hold nothing open after its signal has aborted, or the process stays
 */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const { signal, promise, ignore } = watchInterruption();
  try {
    await Promise.race([work(signal), promise]);
  } finally {
    ignore();
    if (signal.aborted) process.exitCode = EXIT.interrupted;
  }
}
