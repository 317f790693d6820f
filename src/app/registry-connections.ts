import type { Config } from '../config/index.js';
import type { DownloadLimits } from '../download/index.js';
import {
  type Credentials,
  HuggingFaceReader,
  MlflowReader,
  type RegistryName,
  type RegistryReader,
  type VersionChoice,
} from '../registries/index.js';

/** How the settings connect one registry to this server. */
interface RegistryConnection {
  /** What the sender of its webhooks shares with this server. */
  credentials(config: Config): Credentials;
  /** Which of its versions are taken. */
  choice(config: Config): VersionChoice;
  /** Null when the settings name no server, or its versions are plain URLs that need no reader. */
  openReader(config: Config, limits: DownloadLimits): RegistryReader | null;
}

/** Every registry's connection. A registry in `REGISTRIES` without a line here does not compile. */
export const REGISTRY_CONNECTIONS: Readonly<Record<RegistryName, RegistryConnection>> = {
  mlflow: {
    credentials: (config) => ({ secrets: both(config.mlflowSecrets, config.mlflowSecretsFile), tokens: [] }),
    choice: (config) => ({
      names: config.mlflowModels,
      tags: config.mlflowTags,
      aliases: config.mlflowAliases,
    }),
    openReader(config, limits) {
      if (config.mlflowUrl === undefined) return null;
      return new MlflowReader(
        {
          url: config.mlflowUrl,
          token: config.mlflowToken ?? config.mlflowTokenFile,
          username: config.mlflowUsername,
          password: config.mlflowPassword ?? config.mlflowPasswordFile,
          workspaces: config.mlflowWorkspaces,
        },
        limits,
      );
    },
  },
  huggingface: {
    credentials: (config) => ({
      secrets: both(config.huggingfaceSecrets, config.huggingfaceSecretsFile),
      tokens: [],
    }),
    choice: (config) => ({ names: config.huggingfaceModels }),
    openReader: (config, limits) =>
      new HuggingFaceReader(
        {
          url: config.huggingfaceUrl,
          token: config.huggingfaceToken ?? config.huggingfaceTokenFile,
          repositories: config.huggingfaceRepositories,
        },
        limits,
      ),
  },
  wandb: {
    credentials: (config) => ({
      secrets: both(config.wandbSecrets, config.wandbSecretsFile),
      tokens: both(config.wandbTokens, config.wandbTokensFile),
    }),
    choice: (config) => ({ names: config.wandbModels, aliases: config.wandbAliases }),
    openReader: () => null,
  },
  standard: {
    credentials: (config) => ({
      secrets: both(config.standardSecrets, config.standardSecretsFile),
      tokens: [],
    }),
    choice: (config) => ({ names: config.standardModels }),
    openReader: () => null,
  },
};

/** Readers of the registries in the settings. */
export function openReaders(config: Config, limits: DownloadLimits): RegistryReader[] {
  return Object.values(REGISTRY_CONNECTIONS).flatMap(({ openReader }) => openReader(config, limits) ?? []);
}

/** By registry name: which versions the settings choose. */
export function choicesOf(config: Config): Record<string, VersionChoice> {
  return Object.fromEntries(
    Object.entries(REGISTRY_CONNECTIONS).map(([name, { choice }]) => [name, choice(config)]),
  );
}

function both(variable: readonly string[] = [], file: readonly string[] = []): readonly string[] {
  return [...variable, ...file];
}
