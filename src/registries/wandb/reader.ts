import { ProbelogError } from '../../errors/index.js';
import type { RegistryReader, ResolvedVersion } from '../reader.js';

/**
 * Weights & Biases documents webhooks, and clients in Python, but no REST for the files of an artifact. So a version whose
 * payload does not say where its file is cannot be read.
 */
export class WandbReader implements RegistryReader {
  readonly name = 'wandb';
  readonly scheme = 'wandb';
  readonly listing = null;

  async resolve(uri: string): Promise<ResolvedVersion> {
    throw new ProbelogError(
      'SOURCE_UNSUPPORTED',
      `Weights & Biases did not say where the file of ${uri} is: add url to the payload of its automation (docs/registries/wandb.md).`,
      { source: uri },
    );
  }
}
