import type { Config } from '../config/index.js';
import type { Log } from '../lib/log.js';
import { REGISTRIES, type RegistryName, WebhookReceiver } from '../registries/index.js';
import type { DeliveryRecorder } from '../registry-sync/index.js';
import { webhookCredentials } from './webhook-credentials.js';

/** The receiver of each registry, on or off. */
export type Webhooks = ReadonlyMap<RegistryName, WebhookReceiver>;

/** Makes the receivers of all registries. */
export function openWebhooks(config: Config, recorder: Pick<DeliveryRecorder, 'record'>, log: Log): Webhooks {
  const credentials = webhookCredentials(config);
  const { secrets, tokens } = credentials.wandb;
  if (secrets.length > 0 !== tokens.length > 0) {
    log('warn', 'Weights & Biases needs both PROBELOG_WANDB_SECRETS and PROBELOG_WANDB_TOKENS');
  }
  return new Map(
    REGISTRIES.map((registry) => [
      registry.name,
      new WebhookReceiver({
        registry,
        credentials: credentials[registry.name],
        record: (delivery, sender) => recorder.record(registry.name, delivery, { sender }),
        now: () => new Date(),
      }),
    ]),
  );
}
