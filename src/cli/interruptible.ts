import { endSignal } from './end-signal.js';
import { EXIT } from './exit-codes.js';

/** Runs work that Ctrl-C and SIGTERM end; it leaves things whole before it throws. */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const signal = endSignal();
  try {
    await work(signal);
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
    process.exitCode = EXIT.interrupted;
  }
}
