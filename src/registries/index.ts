import { huggingface } from './huggingface/index.js';
import { mlflow } from './mlflow/index.js';
import type { Registry } from './registry.js';
import { standard } from './standard/index.js';
import { wandb } from './wandb/index.js';

export { type HubConnection, HuggingFaceReader } from './huggingface/index.js';
export { type MlflowConnection, MlflowReader } from './mlflow/index.js';
export type { ListedVersion, ListingPart, RegistryListing, RegistryReader } from './reader.js';
export { toReceipt, WebhookReceiver } from './receiver.js';
export type { Credentials, Delivery } from './registry.js';

/** Every registry that sends webhooks. To add one: a folder, a line here, and its settings (docs/webhooks.md). */
export const REGISTRIES = [mlflow, huggingface, wandb, standard] as const satisfies readonly Registry[];

/** The name of a registry in {@link REGISTRIES}. */
export type RegistryName = (typeof REGISTRIES)[number]['name'];
