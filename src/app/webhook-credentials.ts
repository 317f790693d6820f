import type { Config } from '../config/index.js';
import type { Credentials, RegistryName } from '../registries/index.js';

/** What the settings say that each registry shares with this server; from variables and files together. */
export function webhookCredentials(config: Config): Record<RegistryName, Credentials> {
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

function both(given: readonly string[] = [], inFile: readonly string[] = []): readonly string[] {
  return [...given, ...inFile];
}
