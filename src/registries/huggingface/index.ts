import type { Registry } from '../registry.js';
import { type HubEvent, parse } from './parse.js';
import { toModelChange } from './to-model-change.js';
import { verify } from './verify.js';

/** The Hugging Face Hub, webhooks of version 3. */
export const huggingface = {
  name: 'huggingface',
  verify,
  parse,
  toModelChange,
} as const satisfies Registry<HubEvent>;

export { chooseFile, withoutVariant } from './choose-file.js';
export type { HubConnection } from './hub-api.js';
export { HuggingFaceReader } from './reader.js';
