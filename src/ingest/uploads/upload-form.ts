import { z } from 'zod';
import { parseRequest } from '../queue/parse-request.js';

const uploadForm = z.strictObject({
  /** What the array's first dimension counts. Required only when there are as many outputs as probes. */
  layout: z.enum(['outputs-first', 'probes-first']).optional(),
  /** What the values are; when absent, logits unless they look like probabilities. */
  kind: z
    .enum(['logits', 'log_probabilities', 'probabilities', 'multi_label_logits', 'multi_label_probabilities'])
    .optional(),
  /** Digest of the probe set that the responses belong to. */
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'it must be a SHA-256 in lowercase hexadecimal')
    .optional(),
});

/** What an upload says about itself. */
export type UploadForm = z.infer<typeof uploadForm>;

/** @throws ProbelogError INPUT_INVALID naming the bad field and its problem */
export function parseUploadForm(input: unknown): UploadForm {
  return parseRequest('upload', uploadForm, input);
}
