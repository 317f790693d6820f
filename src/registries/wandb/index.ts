import type { Registry } from '../registry.js';
import { parse, type WandbEvent } from './parse.js';
import { toModelChange } from './to-model-change.js';
import { verify } from './verify.js';

/** Weights & Biases, with the payload template of docs/registries/wandb.md. */
export const wandb = { name: 'wandb', verify, parse, toModelChange } as const satisfies Registry<WandbEvent>;
