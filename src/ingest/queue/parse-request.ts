import type { z } from 'zod';
import { ProbelogError } from '../../errors/index.js';

/**
 * What a caller asked for, in the form that it must have.
 *
 * @param what it is called in the message, such as "ingest"
 * @throws ProbelogError INPUT_INVALID naming the first bad field and what is wrong with it
 */
export function parseRequest<T>(what: string, form: z.ZodType<T>, request: unknown): T {
  const result = form.safeParse(request);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue.path.join('.') || 'request';
  throw new ProbelogError('INPUT_INVALID', `The ${what}'s ${field} is not usable: ${issue.message}.`, {
    field,
  });
}
