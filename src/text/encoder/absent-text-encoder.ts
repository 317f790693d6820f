import type { TextEncoder } from './text-encoder.js';

/** Stands for an encoder that cannot be opened: whatever needs it fails with the reason. */
export function unavailableTextEncoder(reason: Error): TextEncoder {
  return {
    get id(): string {
      throw reason;
    },
    embedTexts: () => Promise.reject(reason),
    embedImages: () => Promise.reject(reason),
    close: async () => undefined,
  };
}
