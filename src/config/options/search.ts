import { z } from 'zod';
import { byteSize, wholeNumber } from './formats.js';
import { option } from './option.js';

/** Settings of search. */
export const SEARCH_OPTIONS = {
  textEncoder: option(
    {
      variable: 'PROBELOG_TEXT_ENCODER',
      description: 'Text–image encoder: a local folder in CLIP file layout, or a Hugging Face Hub id.',
      allowed: 'a folder path (./demo/encoder) or an id (owner/name)',
      fallback: 'Xenova/clip-vit-base-patch32',
    },
    z.string().min(1),
  ),
  textEncoderMemoryBytes: option(
    {
      variable: 'PROBELOG_TEXT_ENCODER_MEMORY',
      description:
        'Memory the text encoder may use; beyond it, its process is ended, and the next search starts it again.',
      allowed: 'a size from 256 MiB to 1,024 GiB',
      fallback: '6GiB',
    },
    byteSize(2 ** 28, 2 ** 40),
  ),
  probeSet: option(
    {
      variable: 'PROBELOG_PROBE_SET',
      description: 'Name of the default probe set. Unset: the oldest one.',
      allowed: 'the name of a probe set',
    },
    z.string().min(1).optional(),
  ),
  exactLimit: option(
    {
      variable: 'PROBELOG_EXACT_LIMIT',
      description: 'Largest gallery, in logits, that is scanned exactly instead of through the FAISS index.',
      allowed: 'a whole number from 0 to 10,000,000',
      fallback: '20000',
    },
    wholeNumber(0, 10_000_000),
  ),
};
