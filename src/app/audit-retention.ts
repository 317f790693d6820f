import { messageOf } from '../errors/index.js';
import type { Log } from '../lib/log.js';
import type { Store } from '../store/index.js';

const EVERY_MS = 6 * 3_600_000;
const DAY_MS = 86_400_000;

/** Forgets what the audit has kept for longer than `days`, now and from time to time; 0 never forgets. */
export function sweepAudit(store: Pick<Store, 'audit'>, days: number, log: Log): { close(): Promise<void> } {
  if (days === 0) return { close: async () => undefined };
  const sweep = () =>
    store.audit.deleteBefore(new Date(Date.now() - days * DAY_MS)).then(
      () => undefined,
      (thrown) => log('warn', 'the audit cannot be swept', { reason: messageOf(thrown) }),
    );
  let last = sweep();
  const timer = setInterval(() => {
    last = last.then(sweep);
  }, EVERY_MS).unref();
  return {
    close() {
      clearInterval(timer);
      return last;
    },
  };
}
