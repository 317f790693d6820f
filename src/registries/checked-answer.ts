import type { z } from 'zod';
import { ProbelogError } from '../errors/index.js';

/**
 * What a registry's API answered, in the form that it is known to have.
 *
 * @param what was asked for, such as "MLflow's list of versions"
 * @throws ProbelogError SOURCE_UNREACHABLE naming the first field that is wrong
 */
export function checkedAnswer<Schema extends z.ZodType>(
  schema: Schema,
  answer: unknown,
  what: string,
): z.output<Schema> {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue.path.join('.');
  throw new ProbelogError(
    'SOURCE_UNREACHABLE',
    `${what} is not understood${field && ` at ${field}`}: ${issue.message}.`,
  );
}
