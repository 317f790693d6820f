import { sourceMayRecover } from '../../download/index.js';
import type { ErrorCode, ProbelogError } from '../../errors/index.js';

/** How ingests are tried again that fail for a reason that may pass. */
export interface RetryPolicy {
  /** How often one is tried in all. */
  attempts: number;
  firstDelayMs: number;
}

/** However often it failed, a source that is back is noticed within this. */
const LONGEST_MS = 3_600_000;

/** What of ours may be better in a minute without anybody changing the model. */
const MAY_PASS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'STORAGE_FULL',
  'DATABASE_UNAVAILABLE',
  'SEARCH_UNAVAILABLE',
  'INTERNAL',
]);
/** Whether the same ingest may succeed later: the source recovers, or we do. */
export function ingestMaySucceedLater(error: ProbelogError): boolean {
  return MAY_PASS.has(error.code) || sourceMayRecover(error);
}

/**
 * How long to wait before the next attempt: twice as long after each failure, and of that a random part of at least
 * half, so that what failed together does not come back together.
 *
 * @param failures so far, from 1
 * @param random 0..1
 * @returns milliseconds; null when it was tried often enough
 */
export function retryDelay(
  { attempts, firstDelayMs }: RetryPolicy,
  failures: number,
  random = Math.random(),
): number | null {
  if (failures >= attempts) return null;
  const whole = Math.min(firstDelayMs * 2 ** (failures - 1), LONGEST_MS);
  return Math.round(whole * (0.5 + random / 2));
}
