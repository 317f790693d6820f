import type { IncomingHttpHeaders } from 'node:http';
import type { ModelChange, VersionRegistration } from '../store/index.js';
import type { VersionFacts } from './choice.js';

/** The secrets that a sender and this server share. Several are valid at once, so that one can be replaced gradually. */
export interface Credentials {
  secrets: readonly string[];
  /** Bearer tokens, for senders that carry one beside the signature. */
  tokens: readonly string[];
}

/** The result of a successful verification. */
export interface Proof {
  /** The sender's id of the delivery, covered by the signature; null where the protocol has none. */
  deliveryId: string | null;
}

/** One webhook request, verified and parsed. */
export interface Delivery {
  /**
   * The sender's id of the delivery, or an id made of the event's content. Null when there is neither, which is allowed
   * only for events that are harmless to repeat.
   */
  id: string | null;
  /** The event's name as the registry calls it. */
  event: string;
  /** When the event happened, by the sender's clock; null when it does not say. */
  occurredAt: Date | null;
  change: ModelChange;
  /** What the event tells of its version besides the name, where versions can be chosen by it. */
  facts?: Omit<VersionFacts, 'name'>;
  /** How to register the version of a tag or alias, when it is only chosen because of that. */
  registration?: VersionRegistration;
}

/**
 * The webhooks of one kind of model registry: verify → parse → toModelChange.
 *
 * All three steps are pure. A payload is only a hint: it names a model version, and the ingest reads that version from the
 * registry itself.
 */
export interface Registry<Event = unknown> {
  /** Also the last part of the receiver's path, and `Model.registry` of the models that it registers. */
  readonly name: string;
  /**
   * Checks the raw bytes before they are parsed.
   *
   * @throws ProbelogError SIGNATURE_INVALID, SIGNATURE_EXPIRED
   */
  verify(body: Buffer, headers: IncomingHttpHeaders, credentials: Credentials, now: Date): Proof;
  /** @throws ProbelogError PAYLOAD_INVALID when a known event is malformed */
  parse(body: Buffer): Event;
  /**
   * What the event does to the models, with the id, name and time under which it is recorded.
   *
   * @throws ProbelogError PAYLOAD_INVALID when the change is impossible and the sender can correct it
   */
  toModelChange(event: Event, proof: Proof): Delivery;
}
