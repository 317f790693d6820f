import type { Registry } from '../registry.js';
import { parse, type StandardEvent } from './parse.js';
import { plan } from './plan.js';
import { verify } from './verify.js';

/** Any other registry: Standard Webhooks 1.0. */
export const standard = { name: 'standard', verify, parse, plan } as const satisfies Registry<StandardEvent>;
