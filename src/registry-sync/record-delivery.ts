import { messageOf, ProbelogError } from '../errors/index.js';
import type { IngestRequest, IngestService } from '../ingest/index.js';
import type { Log } from '../lib/log.js';
import { type Delivery, isChosen, type VersionChoice } from '../registries/index.js';
import type {
  ChangeResult,
  DeliverySender,
  ModelChange,
  NewIngest,
  Store,
  VersionRegistration,
} from '../store/index.js';

/** After this time, a repeated delivery is either outside its protocol's timestamp window or harmless. */
const KEPT_MS = 30 * 86_400_000;
const PRUNE_EVERY_MS = 60_000;

/** What a recorder needs. */
export interface RecorderOptions {
  store: Pick<Store, 'deliveries'>;
  ingest: Pick<IngestService, 'prepare' | 'follow'>;
  log: Log;
  /** By registry name: the visibility label of the models that it registers. */
  visibility?: Readonly<Record<string, string>>;
  /** By registry name: which versions are taken; all where there is none. */
  choices?: Readonly<Record<string, VersionChoice>>;
}

/** What the caller knows about a delivery besides its content. */
export interface DeliveryContext {
  /** For the audit; absent when unknown. */
  sender?: DeliverySender;
  /** Further fields for the ingest of a registration, from a server that embeds ProbeLog. */
  request?: Partial<IngestRequest>;
}

/** Records the deliveries of all registries, and prunes old ones. */
export class DeliveryRecorder {
  private prunedAt = 0;

  constructor(private readonly options: RecorderOptions) {}

  /**
   * Records a delivery and makes its change, as far as the settings choose its version.
   *
   * @throws ProbelogError INPUT_INVALID, RECEIVER_NOT_READY; errors of the database. Then nothing is recorded
   */
  async record(registry: string, delivery: Delivery, context: DeliveryContext = {}): Promise<ChangeResult> {
    const { change, registration, facts } = delivery;
    const choice = this.options.choices?.[registry] ?? {};
    if (change.kind === 'REGISTER') {
      const isTaken = isChosen(choice, { name: change.name, ...facts, aliases: aliasesOf(change) });
      if (isTaken) return this.apply(registry, delivery, context);
      // Without its id: an id made of the content may come again, with an alias that chooses the version.
      const ignored = { ...delivery, id: null, change: unregistered(change, isTaken === null) };
      return this.apply(registry, ignored, context);
    }
    const mayBeNew = (choice.tags ?? choice.aliases) !== undefined && registration !== undefined;
    if (!mayBeNew || !isChosen(choice, { name: registration.name, ...facts }))
      return this.apply(registry, delivery, context);
    // A version that was not chosen before its tag or alias.
    const id = delivery.id && `${delivery.id} registers`;
    const registered = await this.apply(registry, { ...delivery, id, change: registration }, context);
    const annotated = await this.apply(registry, delivery, context);
    return registered.outcome === 'ACCEPTED' ? registered : annotated;
  }

  private async apply(
    registry: string,
    { id, event, occurredAt, change }: Delivery,
    { sender, request = {} }: DeliveryContext,
  ): Promise<ChangeResult> {
    const { store, ingest } = this.options;
    const result = await store.deliveries.record(
      { source: registry, deliveryId: id, event, occurredAt, change, sender },
      (registration) => this.prepare(registry, registration, request),
    );
    // Not awaited: updating a gallery can take seconds, and senders give up after a few.
    void this.afterwards('the gallery could not follow a delivery', () => ingest.follow(result));
    await this.afterwards('old deliveries could not be deleted', () => this.prune());
    return result;
  }

  /**
   * Records a change that a sweep found. It has no time: our clock is not the registry's, and must not make a later event of
   * the registry look old.
   *
   * @returns false when there was nothing to do
   * @throws as `record`
   */
  async recordSwept(registry: string, change: ModelChange): Promise<boolean> {
    const delivery: Delivery = { id: null, event: 'sweep', occurredAt: null, change };
    const { outcome } = await this.apply(registry, delivery, {});
    return outcome === 'ACCEPTED';
  }

  private async prepare(
    registry: string,
    { name, version, source, sha256, labels }: VersionRegistration,
    request: Partial<IngestRequest>,
  ): Promise<NewIngest> {
    const { ingest, visibility: byRegistry = {} } = this.options;
    const visibility = Object.hasOwn(byRegistry, registry) ? byRegistry[registry] : undefined;
    try {
      return await ingest.prepare(
        { ...request, name, version, source, sha256, labels, visibility },
        registry,
      );
    } catch (thrown) {
      throw asReceiverError(thrown);
    }
  }

  /** A failure after recording must not make the delivery look lost. The next start also brings the gallery up to date. */
  private async afterwards(failure: string, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (thrown) {
      this.options.log('error', failure, { reason: messageOf(thrown) });
    }
  }

  private async prune(): Promise<void> {
    const now = Date.now();
    if (now - this.prunedAt < PRUNE_EVERY_MS) return;
    this.prunedAt = now;
    await this.options.store.deliveries.prune(new Date(now - KEPT_MS));
  }
}

/** A version that is new has no aliases but the one that comes with it. */
function aliasesOf({ alias }: VersionRegistration): string[] {
  return alias === undefined ? [] : [alias];
}

/** What a registration does to a version that is not chosen. @param dependsOnList whether it may be after all */
function unregistered({ name, version, alias }: VersionRegistration, dependsOnList: boolean): ModelChange {
  if (alias !== undefined) return { kind: 'SET_ALIAS', name, alias, version };
  const reason = dependsOnList
    ? 'The next sweep reads its tags and aliases, by which versions are chosen.'
    : 'The settings do not choose this version.';
  return { kind: 'IGNORE', reason };
}

/** A missing probe set is not the sender's fault: RECEIVER_NOT_READY asks the sender to try again later. */
function asReceiverError(thrown: unknown): unknown {
  if (!(thrown instanceof ProbelogError) || thrown.code !== 'PROBE_SET_UNKNOWN') return thrown;
  return new ProbelogError('RECEIVER_NOT_READY', thrown.message, thrown.details);
}
