import { messageOf } from '../../errors/index.js';
import type { Claim, Store } from '../../store/index.js';
import { Stopped } from './stopped.js';

/** How long a claimed ingest stays ours without a sign of life; a dead worker's job is free again after it. */
export const LEASE_MS = 6_000;
/** Four tries before it is lost. */
const RENEW_MS = LEASE_MS / 4;

/** What keeps the claim on one ingest alive. */
export interface LeaseOptions {
  claim: Claim;
  ingests: Pick<Store['ingests'], 'renew' | 'byIds'>;
  /** Called once, when the work must stop. */
  onEnd(reason: Stopped): void;
  log(message: string, details?: object): void;
}

/**
 * Renews the claim on an ingest until it is told to stop.
 *
 * Whoever cannot say for a whole lease that they live must stop: another worker may have the ingest by then, and two
 * must not write to one spool. The clock is looked at before anything else that waits on the event loop, so a process
 * that was frozen stops before it writes another batch.
 *
 * @returns ends the renewals
 */
export function keepLease({ claim, ingests, onEnd, log }: LeaseOptions): () => void {
  const { ingestId } = claim;
  let renewedAt = Date.now();
  const renew = async () => {
    if (Date.now() - renewedAt > LEASE_MS) return end('LOST');
    const sentAt = Date.now();
    try {
      if (await ingests.renew(claim, LEASE_MS)) renewedAt = sentAt;
      else end(await whyNotOurs());
    } catch (thrown) {
      log('the lease of an ingest cannot be renewed', { ingest: ingestId, reason: messageOf(thrown) });
    }
  };
  /** Another process may have cancelled it, or removed its model. */
  const whyNotOurs = async () => {
    const [ingest] = await ingests.byIds([ingestId]);
    return !ingest || ingest.state === 'CANCELLED' ? 'CANCELLED' : 'LOST';
  };
  const timer = setInterval(renew, RENEW_MS);
  function end(reason: Stopped['reason']): void {
    clearInterval(timer);
    onEnd(new Stopped(reason));
  }
  return () => clearInterval(timer);
}
