import type { IncomingHttpHeaders } from 'node:http';
import { ProbelogError } from '../errors/index.js';
import type { Delivery } from './plan.js';
import type { Credentials, Registry } from './registry.js';

/** What became of a delivery. */
export interface Receipt {
  status: 'accepted' | 'ignored' | 'duplicate';
  /** The ingest that it started, or would have started if it were the first; null when there is none. */
  ingestId: string | null;
}

/** From where a delivery was sent, for the audit. */
export interface DeliverySender {
  address: string | null;
  userAgent: string | null;
}

/** How many deliveries had which end since the start of this process. */
export type ReceiverCounts = Record<Receipt['status'] | 'unauthorized' | 'invalid' | 'failed', number>;

/** What a receiver needs. */
export interface ReceiverOptions {
  registry: Registry;
  credentials: Credentials;
  /** Records the delivery and starts what it asks for, all or nothing. */
  record(delivery: Delivery, from?: DeliverySender): Promise<Receipt>;
  now(): Date;
}

/** Takes the webhook deliveries of one registry. */
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

  /** Without a secret nobody could be told from anybody, so then nothing is taken. */
  get isOn(): boolean {
    return this.options.credentials.secrets.length > 0;
  }

  get counts(): Readonly<ReceiverCounts> {
    return { ...this.tally };
  }

  /**
   * Takes one delivery. Nothing is recorded of one that is refused, but that it was: an outsider must not be able to
   * fill the database.
   *
   * @param body as it came, not a byte changed
   * @throws ProbelogError WEBHOOK_OFF, SIGNATURE_INVALID, SIGNATURE_EXPIRED, PAYLOAD_INVALID; what recording throws
   */
  async receive(body: Buffer, headers: IncomingHttpHeaders, from?: DeliverySender): Promise<Receipt> {
    this.checkIsOn();
    try {
      const receipt = await this.options.record(this.understand(body, headers), from);
      this.tally[receipt.status]++;
      return receipt;
    } catch (thrown) {
      this.tally[endOf(thrown)]++;
      throw thrown;
    }
  }

  /** @throws ProbelogError WEBHOOK_OFF */
  checkIsOn(): void {
    if (this.isOn) return;
    const { name } = this.options.registry;
    throw new ProbelogError(
      'WEBHOOK_OFF',
      `The receiver for ${name} is off: no secret is configured for it.`,
    );
  }

  private understand(body: Buffer, headers: IncomingHttpHeaders): Delivery {
    const { registry, credentials, now } = this.options;
    const proof = registry.verify(body, headers, credentials, now());
    return registry.plan(registry.parse(body), proof);
  }
}

function endOf(thrown: unknown): 'unauthorized' | 'invalid' | 'failed' {
  if (!(thrown instanceof ProbelogError)) return 'failed';
  if (thrown.httpStatus === 401) return 'unauthorized';
  return thrown.httpStatus === 400 ? 'invalid' : 'failed';
}
