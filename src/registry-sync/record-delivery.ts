import { messageOf, ProbelogError } from '../errors/index.js';
import type { IngestService } from '../ingest/index.js';
import type { Log } from '../lib/log.js';
import type { Delivery, DeliverySender, Plan, Receipt } from '../registries/index.js';
import type { DeliveryOutcome, Store } from '../store/index.js';
import { toModelChange } from './to-model-change.js';

/** A delivery that comes again after this is behind every protocol's timestamp window, or harmless to repeat. */
const KEPT_MS = 30 * 86_400_000;
const PRUNE_EVERY_MS = 60_000;

const STATUS: Record<DeliveryOutcome, Receipt['status']> = {
  ACCEPTED: 'accepted',
  IGNORED: 'ignored',
  DUPLICATE: 'duplicate',
};

/** What recording needs. */
export interface RecordingOptions {
  store: Pick<Store, 'deliveries'>;
  ingest: Pick<IngestService, 'prepare' | 'follow'>;
  log: Log;
  /** Labels of the private models that a registry brings, by its name. */
  visibility?: Readonly<Record<string, string>>;
}

/** Records deliveries, whichever registry they come from, and forgets old ones now and then. */
export class DeliveryRecorder {
  private prunedAt = 0;

  constructor(private readonly options: RecordingOptions) {}

  /** @throws ProbelogError INPUT_INVALID, RECEIVER_NOT_READY; the database's errors, when nothing is recorded */
  async record(
    registry: string,
    { id, event, occurredAt, plan }: Delivery,
    from?: DeliverySender,
  ): Promise<Receipt> {
    const { store, ingest, visibility = {} } = this.options;
    const label = Object.hasOwn(visibility, registry) ? visibility[registry] : undefined;
    const change = await toModelChange(plan, registry, ingest, label).catch(unlessNotReady);
    const result = await store.deliveries.record({
      source: registry,
      deliveryId: id,
      event,
      occurredAt,
      change,
      from,
    });
    // Not waited for: a gallery may be busy for seconds, and a sender gives up after some.
    void this.afterwards('the gallery does not follow a delivery yet', () => ingest.follow(result));
    await this.afterwards('old deliveries cannot be forgotten', () => this.prune());
    return { status: STATUS[result.outcome], ingestId: result.ingestId };
  }

  /**
   * Records what a sweep asks for like a delivery that nobody sent. It has no time: the clock that found it is not the
   * registry's, and must not make an event of the registry's look like an old one.
   *
   * @returns false when there was nothing to do
   * @throws as `record`
   */
  async recordSwept(registry: string, plan: Plan): Promise<boolean> {
    const { status } = await this.record(registry, { id: null, event: 'sweep', occurredAt: null, plan });
    return status === 'accepted';
  }

  /** What follows on a recorded delivery must not make it look lost: the next start mends a gallery, too. */
  private async afterwards(complaint: string, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (thrown) {
      this.options.log('error', complaint, { reason: messageOf(thrown) });
    }
  }

  private async prune(): Promise<void> {
    const now = Date.now();
    if (now - this.prunedAt < PRUNE_EVERY_MS) return;
    this.prunedAt = now;
    await this.options.store.deliveries.prune(new Date(now - KEPT_MS));
  }
}

/** For whoever sent it, that a probe set is missing is no fault of the delivery's: they are to send it again. */
function unlessNotReady(thrown: unknown): never {
  if (!(thrown instanceof ProbelogError) || thrown.code !== 'PROBE_SET_UNKNOWN') throw thrown;
  throw new ProbelogError('RECEIVER_NOT_READY', thrown.message, thrown.details);
}
