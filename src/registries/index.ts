import { huggingface } from './huggingface/index.js';
import { mlflow } from './mlflow/index.js';
import type { Registry } from './registry.js';
import { standard } from './standard/index.js';
import { wandb } from './wandb/index.js';

export { type HubConnection, HuggingFaceReader } from './huggingface/index.js';
export { type MlflowConnection, MlflowReader } from './mlflow/index.js';
export type { Delivery, Plan, RegisterPlan } from './plan.js';
export type { ListedVersion, ListingPart, RegistryListing, RegistryReader, VersionNotes } from './reader.js';
export { type DeliverySender, type Receipt, WebhookReceiver } from './receiver.js';
export type { Credentials } from './registry.js';

/** Every registry whose webhooks are understood. A new one is a folder, a line here, and its settings. */
export const REGISTRIES = [mlflow, huggingface, wandb, standard] as const satisfies readonly Registry[];

/** A registry of {@link REGISTRIES}. */
export type RegistryName = (typeof REGISTRIES)[number]['name'];
