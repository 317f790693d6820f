import { setTimeout as sleep } from 'node:timers/promises';
import { signedDelivery } from '../webhooks/deliveries.js';
import type { HostedModel } from './model-server.js';

/** A delivery that was answered with 202. */
export interface Acknowledged {
  name: string;
  /** Global id of its ingest. */
  ingest: string;
  outputs: number;
}

const NAME = 'model-';
const PATIENCE_MS = 5_000;
const PAUSE_MS = 100;
/** One in so many deliveries is sent once more after its 202, as senders do whose network lost the answer. */
const REPEATED = 4;

/** Sends webhooks as a registry does: again and again until each is acknowledged, whatever is killed meanwhile. */
export class Sender {
  readonly acknowledged: Acknowledged[] = [];
  /** Requests that brought no answer. */
  unanswered = 0;
  /** 202 to a delivery that had been recorded before. */
  duplicates = 0;

  constructor(
    private readonly url: string,
    private readonly secret: string,
    private readonly models: HostedModel[],
  ) {}

  /** How many outputs the model of this name has. */
  outputsOf(name: string): number {
    return this.modelOf(Number(name.slice(NAME.length))).outputs;
  }

  /** Sends one about a new version, until it is acknowledged. @throws Error at any answer but 202 */
  async sendOne(): Promise<void> {
    const number = this.acknowledged.length;
    const name = `${NAME}${number}`;
    const { url, outputs } = this.modelOf(number);
    const ingest = await this.deliver(name, url);
    this.acknowledged.push({ name, ingest, outputs });
    if (number % REPEATED === 0 && (await this.deliver(name, url)) !== ingest) {
      throw new Error(`${name} was given a second ingest when its delivery was repeated`);
    }
  }

  private modelOf(number: number): HostedModel {
    return this.models[number % this.models.length];
  }

  private async deliver(name: string, file: string): Promise<string> {
    for (;;) {
      const answer = await fetch(`${this.url}/webhooks/standard`, {
        method: 'POST',
        ...signedDelivery(this.secret, name, file),
        signal: AbortSignal.timeout(PATIENCE_MS),
      })
        .then(async (response) => ({ status: response.status, text: await response.text() }))
        .catch(() => null);
      if (answer === null) {
        this.unanswered++;
        await sleep(PAUSE_MS);
        continue;
      }
      if (answer.status !== 202) throw new Error(`a delivery was answered ${answer.status}: ${answer.text}`);
      const { ingest, status } = JSON.parse(answer.text) as { ingest: string; status: string };
      if (status === 'duplicate') this.duplicates++;
      return ingest;
    }
  }
}
