import { ProbelogError } from '../../errors/index.js';
import { withDeadline as within } from '../../lib/deadline.js';

/**
 * Works on an operation until it ends, its caller leaves, or `seconds` are over.
 *
 * @param signal aborts when the caller leaves
 * @throws ProbelogError OPERATION_TIMEOUT
 */
export function withDeadline<T>(
  seconds: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return within(seconds * 1000, () => timedOut(seconds), work, signal);
}

function timedOut(seconds: number): ProbelogError {
  return new ProbelogError(
    'OPERATION_TIMEOUT',
    `The operation took longer than ${seconds} s and was stopped.`,
    {
      seconds,
    },
  );
}
