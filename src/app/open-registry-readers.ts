import type { Config } from '../config/index.js';
import type { DownloadLimits } from '../download/index.js';
import { HuggingFaceReader, MlflowReader, type RegistryReader } from '../registries/index.js';

/** The connections to registries that the settings describe. */
export function openReaders(config: Config, limits: DownloadLimits): RegistryReader[] {
  const readers: RegistryReader[] = [
    new HuggingFaceReader(
      {
        url: config.huggingfaceUrl,
        token: config.huggingfaceToken ?? config.huggingfaceTokenFile,
        repositories: config.huggingfaceRepositories,
      },
      limits,
    ),
  ];
  if (config.mlflowUrl !== undefined) {
    readers.push(
      new MlflowReader(
        {
          url: config.mlflowUrl,
          token: config.mlflowToken ?? config.mlflowTokenFile,
          username: config.mlflowUsername,
          password: config.mlflowPassword ?? config.mlflowPasswordFile,
          workspaces: config.mlflowWorkspaces,
        },
        limits,
      ),
    );
  }
  return readers;
}
