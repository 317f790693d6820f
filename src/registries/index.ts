import { huggingface } from './huggingface/index.js';
import { mlflow } from './mlflow/index.js';
import type { Registry } from './registry.js';
import { standard } from './standard/index.js';
import { wandb } from './wandb/index.js';

export { isChosen, type VersionChoice } from './choice.js';
export { chooseFile, type HubConnection, HuggingFaceReader, withoutVariant } from './huggingface/index.js';
export { type MlflowConnection, MlflowReader } from './mlflow/index.js';
export type {
  ListedRevisions,
  ListedVersion,
  ListingPart,
  RegisteredRevision,
  RegistryListing,
  RegistryReader,
} from './reader.js';
export { toReceipt, WebhookReceiver } from './receiver.js';
export type { Credentials, Delivery } from './registry.js';

/**
 * Every registry that sends webhooks. Routes and types follow from this list, and src/app/registry-connections.ts does not
 * compile until it has the settings of a new one. CONTRIBUTING.md has the steps.
 */
export const REGISTRIES = [mlflow, huggingface, wandb, standard] as const satisfies readonly Registry[];

/** The name of a registry in {@link REGISTRIES}. */
export type RegistryName = (typeof REGISTRIES)[number]['name'];
