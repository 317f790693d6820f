import type { IncomingHttpHeaders } from 'node:http';
import type { Delivery } from './plan.js';

/** What a sender and this server share. Several secrets are valid at once, so that one can be replaced in peace. */
export interface Credentials {
  secrets: readonly string[];
  /** Bearer tokens, for senders that carry one beside the signature. */
  tokens: readonly string[];
}

/** What verification found out besides that the delivery is genuine. */
export interface Proof {
  /** The sender's id of the delivery, covered by the signature; null where the protocol has none. */
  deliveryId: string | null;
}

/**
 * One kind of model registry, as far as its webhooks go: verify → parse → plan.
 *
 * All three are pure. What a payload says is a hint and no more: it names a model version, and whoever works on the
 * plan reads the registry itself again.
 */
export interface Registry<Event = unknown> {
  /** Also the last part of the receiver's path, and `Model.registry` of what it registers. */
  readonly name: string;
  /**
   * Checks the raw bytes, before anything reads them.
   *
   * @throws ProbelogError SIGNATURE_INVALID, SIGNATURE_EXPIRED
   */
  verify(body: Buffer, headers: IncomingHttpHeaders, credentials: Credentials, now: Date): Proof;
  /** @throws ProbelogError PAYLOAD_INVALID when a known event has not the form that it should have */
  parse(body: Buffer): Event;
  /** @throws ProbelogError PAYLOAD_INVALID when what it asks for cannot be done, and the sender can mend that */
  plan(event: Event, proof: Proof): Delivery;
}
