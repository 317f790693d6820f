import type { Registry } from '../registry.js';
import { parse, type WandbEvent } from './parse.js';
import { plan } from './plan.js';
import { verify } from './verify.js';

/** Weights & Biases, with the payload template of docs/registries/wandb.md. */
export const wandb = { name: 'wandb', verify, parse, plan } as const satisfies Registry<WandbEvent>;
