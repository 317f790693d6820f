import type { z } from 'zod';
import { ProbelogError } from '../errors/index.js';
import { parseJson } from '../lib/parse-json.js';

/**
 * Checks the JSON that a registry's API returned.
 *
 * @param what for the message, such as "MLflow's list of versions"
 * @throws ProbelogError SOURCE_UNREACHABLE naming the first invalid field
 */
export function checkResponse<Schema extends z.ZodType>(
  schema: Schema,
  json: unknown,
  what: string,
): z.output<Schema> {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue.path.join('.');
  throw new ProbelogError(
    'SOURCE_UNREACHABLE',
    `${what} has an unexpected form${field && ` at ${field}`}: ${issue.message}.`,
  );
}

/** The content of a sidecar file; undefined when the file is missing or is not JSON. */
export function parseSidecar(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
