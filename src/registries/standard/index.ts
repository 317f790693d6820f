import type { Registry } from '../registry.js';
import { parse, type StandardEvent } from './parse.js';
import { toModelChange } from './to-model-change.js';
import { verify } from './verify.js';

/** Any registry that sends Standard Webhooks 1.0. */
export const standard = {
  name: 'standard',
  verify,
  parse,
  toModelChange,
} as const satisfies Registry<StandardEvent>;
