import type { IncomingHttpHeaders } from 'node:http';
import { ProbelogError } from '../errors/index.js';
import type { ChangeResult, DeliveryOutcome, DeliverySender } from '../store/index.js';
import type { Credentials, Delivery, Registry } from './registry.js';

/** The answer to a delivery. */
export interface Receipt {
  status: 'accepted' | 'ignored' | 'duplicate';
  /** The ingest that it started; for a duplicate, the ingest that the first delivery started. Null when there is none. */
  ingestId: string | null;
}

const STATUS: Record<DeliveryOutcome, Receipt['status']> = {
  ACCEPTED: 'accepted',
  IGNORED: 'ignored',
  DUPLICATE: 'duplicate',
};

/** The answer to a recorded delivery. */
export function toReceipt({ outcome, ingestId }: Pick<ChangeResult, 'outcome' | 'ingestId'>): Receipt {
  return { status: STATUS[outcome], ingestId };
}

/** Numbers of deliveries by their result, since the start of this process. */
export type ReceiverCounts = Record<Receipt['status'] | 'unauthorized' | 'invalid' | 'failed', number>;

/** What a receiver needs. */
export interface ReceiverOptions {
  registry: Registry;
  credentials: Credentials;
  /** Records the delivery and makes its change, in one transaction. */
  record(delivery: Delivery, sender?: DeliverySender): Promise<Pick<ChangeResult, 'outcome' | 'ingestId'>>;
  now(): Date;
}

/** Receives the webhook deliveries of one registry. */
export class WebhookReceiver {
  private readonly tally: ReceiverCounts = {
    accepted: 0,
    ignored: 0,
    duplicate: 0,
    unauthorized: 0,
    invalid: 0,
    failed: 0,
  };

  constructor(private readonly options: ReceiverOptions) {}

  /** Without a secret no sender can be verified, so the receiver is off. */
  get isOn(): boolean {
    return this.options.credentials.secrets.length > 0;
  }

  get counts(): Readonly<ReceiverCounts> {
    return { ...this.tally };
  }

  /**
   * Receives one delivery. A refused delivery leaves nothing but a count: an outsider must not be able to fill the
   * database.
   *
   * @param body the raw bytes of the request
   * @throws ProbelogError WEBHOOK_OFF, SIGNATURE_INVALID, SIGNATURE_EXPIRED, PAYLOAD_INVALID; errors of `record`
   */
  async receive(body: Buffer, headers: IncomingHttpHeaders, sender?: DeliverySender): Promise<Receipt> {
    this.checkIsOn();
    try {
      const receipt = toReceipt(await this.options.record(this.read(body, headers), sender));
      this.tally[receipt.status]++;
      return receipt;
    } catch (thrown) {
      this.tally[failureKind(thrown)]++;
      throw thrown;
    }
  }

  /** @throws ProbelogError WEBHOOK_OFF */
  checkIsOn(): void {
    if (this.isOn) return;
    const { name } = this.options.registry;
    throw new ProbelogError(
      'WEBHOOK_OFF',
      `The webhook receiver for ${name} is off: no secret is configured. See docs/webhooks.md.`,
    );
  }

  private read(body: Buffer, headers: IncomingHttpHeaders): Delivery {
    const { registry, credentials, now } = this.options;
    const proof = registry.verify(body, headers, credentials, now());
    return registry.toModelChange(registry.parse(body), proof);
  }
}

function failureKind(thrown: unknown): 'unauthorized' | 'invalid' | 'failed' {
  if (!(thrown instanceof ProbelogError)) return 'failed';
  if (thrown.httpStatus === 401) return 'unauthorized';
  return thrown.httpStatus === 400 ? 'invalid' : 'failed';
}
