import { messageOf } from '../../errors/index.js';
import type { Claim, Store } from '../../store/index.js';

/** How long a claim lasts without renewal. A dead worker's ingest is free after it. */
export const LEASE_MS = 6_000;
/** Allows four tries before the lease is lost. */
const TRIES = 4;

/** Why work on an ingest was interrupted although nothing is wrong with it. Thrown as a signal's reason. */
export class IngestStopped extends Error {
  override readonly name = 'IngestStopped';

  constructor(readonly reason: 'DRAINING' | 'CANCELLED' | 'LOST') {
    super(`the ingest was stopped: ${reason}`);
  }
}

/** What {@link keepLease} needs. */
export interface LeaseOptions {
  claim: Claim;
  /** {@link LEASE_MS} when absent. */
  leaseMs?: number;
  ingests: Pick<Store['ingests'], 'renew' | 'byIds'>;
  /** Called once, when the work must stop. */
  onEnd(reason: IngestStopped): void;
  log(message: string, details?: object): void;
}

/**
 * Renews the claim on an ingest.
 *
 * A worker that could not renew for a whole lease must stop: another one may have the ingest by then, and two must not write
 * to one spool. The clock is checked before anything else that waits on the event loop, so a process that was frozen stops
 * before it writes another batch.
 *
 * @returns stops the renewals
 */
export function keepLease({ claim, leaseMs = LEASE_MS, ingests, onEnd, log }: LeaseOptions): () => void {
  const { ingestId } = claim;
  let renewedAt = Date.now();
  const renew = async () => {
    if (Date.now() - renewedAt > leaseMs) return end('LOST');
    const sentAt = Date.now();
    try {
      if (await ingests.renew(claim, leaseMs)) renewedAt = sentAt;
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
  const timer = setInterval(renew, leaseMs / TRIES);
  function end(reason: IngestStopped['reason']): void {
    clearInterval(timer);
    onEnd(new IngestStopped(reason));
  }
  return () => clearInterval(timer);
}
