import { z } from 'zod';
import { parseRequest } from '../queue/parse-request.js';

const LAYOUTS = ['outputs-first', 'probes-first'] as const;
const KINDS = ['logits', 'log_probabilities', 'probabilities'] as const;

const schema = z.strictObject({
  layout: z.enum(LAYOUTS).optional(),
  kind: z.enum(KINDS).optional(),
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'it must be a SHA-256 in lower-case hexadecimal')
    .optional(),
});

/** What an upload says about itself. */
export interface UploadForm {
  /** What the first dimension of the array counts; needed only when there are as many outputs as probes. */
  layout?: (typeof LAYOUTS)[number];
  /** What the values are; without it they are logits unless they look like probabilities. */
  kind?: (typeof KINDS)[number];
  /** Digest of the probe set that was answered. */
  digest?: string;
}

/** @throws ProbelogError INPUT_INVALID naming the field and what is wrong with it */
export function parseUploadForm(given: unknown): UploadForm {
  return parseRequest('upload', schema, given);
}
