import { sourceMayRecover } from '../../download/index.js';
import type { ErrorCode, ProbelogError } from '../../errors/index.js';

/** How often, and how soon, an ingest is tried again after a failure that may pass. */
export interface RetryPolicy {
  /** Attempts in all, the first included. */
  attempts: number;
  firstDelayMs: number;
}

/** However often an ingest has failed, it notices a source that is back within this time. */
const MAX_DELAY_MS = 3_600_000;

/** Failures of this service, rather than of the model, that may be over in a minute. */
const MAY_PASS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'STORAGE_FULL',
  'STORAGE_UNUSABLE',
  'DATABASE_UNAVAILABLE',
  'SEARCH_UNAVAILABLE',
  'INTERNAL',
]);

/** Whether the same ingest may succeed later: the source recovers, or this service does. */
export function ingestMaySucceedLater(error: ProbelogError): boolean {
  return MAY_PASS.has(error.code) || sourceMayRecover(error);
}

/**
 * How long to wait before the next attempt. Doubles with each failure; a random share of up to half is taken off, so that
 * ingests that failed together do not come back together.
 *
 * @param failures so far, from 1
 * @param random 0..1
 * @returns milliseconds; null when there are no attempts left
 */
export function retryDelay(
  { attempts, firstDelayMs }: RetryPolicy,
  failures: number,
  random = Math.random(),
): number | null {
  if (failures >= attempts) return null;
  const delay = Math.min(firstDelayMs * 2 ** (failures - 1), MAX_DELAY_MS);
  return Math.round(delay * (0.5 + random / 2));
}
