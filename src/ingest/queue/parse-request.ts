import type { z } from 'zod';
import { ProbelogError } from '../../errors/index.js';

/**
 * Parses a caller's input with a schema.
 *
 * @param what the input is called in the message, such as "ingest"
 * @throws ProbelogError INPUT_INVALID naming the first bad field and its problem
 */
export function parseRequest<T>(what: string, schema: z.ZodType<T>, request: unknown): T {
  const result = schema.safeParse(request);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue.path.join('.') || 'request';
  throw new ProbelogError('INPUT_INVALID', `The ${what}'s ${field} is not usable: ${issue.message}.`, {
    field,
  });
}
