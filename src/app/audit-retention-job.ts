import { messageOf } from '../errors/index.js';
import type { Log } from '../lib/log.js';
import type { Store } from '../store/index.js';
import { type RecurringJob, startRecurringJob } from './recurring-job.js';

const SIX_HOURS_MS = 6 * 3_600_000;
const DAY_MS = 86_400_000;

/** Deletes audit entries that are older than `days`, every six hours; 0 keeps them forever. */
export function startAuditRetentionJob(
  { audit }: Pick<Store, 'audit'>,
  days: number,
  log: Log,
): RecurringJob {
  if (days === 0) return { close: async () => undefined };
  return startRecurringJob(SIX_HOURS_MS, async () => {
    try {
      await audit.deleteBefore(new Date(Date.now() - days * DAY_MS));
    } catch (thrown) {
      log('warn', 'old audit entries cannot be deleted', { reason: messageOf(thrown) });
    }
  });
}
