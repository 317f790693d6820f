import type { Config } from '../config/index.js';
import type { Log } from '../lib/log.js';
import { REGISTRIES, type RegistryName, WebhookReceiver } from '../registries/index.js';
import type { DeliveryRecorder } from '../registry-sync/index.js';
import { REGISTRY_CONNECTIONS } from './registry-connections.js';

/** The receiver of each registry, enabled or not. */
export type Webhooks = ReadonlyMap<RegistryName, WebhookReceiver>;

/** Opens the receivers of all registries. */
export function openWebhooks(config: Config, recorder: Pick<DeliveryRecorder, 'record'>, log: Log): Webhooks {
  const { secrets, tokens } = REGISTRY_CONNECTIONS.wandb.credentials(config);
  if (secrets.length > 0 !== tokens.length > 0) {
    log('warn', 'Weights & Biases needs both PROBELOG_WANDB_SECRETS and PROBELOG_WANDB_TOKENS');
  }
  return new Map(
    REGISTRIES.map((registry) => [
      registry.name,
      new WebhookReceiver({
        registry,
        credentials: REGISTRY_CONNECTIONS[registry.name].credentials(config),
        record: (delivery, sender) => recorder.record(registry.name, delivery, { sender }),
        now: () => new Date(),
      }),
    ]),
  );
}
