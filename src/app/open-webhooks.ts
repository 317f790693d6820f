import type { Config } from '../config/index.js';
import type { Log } from '../lib/log.js';
import { type Credentials, REGISTRIES, type RegistryName, WebhookReceiver } from '../registries/index.js';
import type { DeliveryRecorder } from '../registry-sync/index.js';

/** The receiver of each registry, enabled or not. */
export type Webhooks = ReadonlyMap<RegistryName, WebhookReceiver>;

/** Opens the receivers of all registries. */
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

/** The credentials that each registry shares with this server, from variables and files together. */
function webhookCredentials(config: Config): Record<RegistryName, Credentials> {
  return {
    mlflow: { secrets: both(config.mlflowSecrets, config.mlflowSecretsFile), tokens: [] },
    huggingface: { secrets: both(config.huggingfaceSecrets, config.huggingfaceSecretsFile), tokens: [] },
    wandb: {
      secrets: both(config.wandbSecrets, config.wandbSecretsFile),
      tokens: both(config.wandbTokens, config.wandbTokensFile),
    },
    standard: { secrets: both(config.standardSecrets, config.standardSecretsFile), tokens: [] },
  };
}

function both(variable: readonly string[] = [], file: readonly string[] = []): readonly string[] {
  return [...variable, ...file];
}
