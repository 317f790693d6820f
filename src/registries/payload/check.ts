import type { z } from 'zod';
import { payloadInvalid } from './payload-invalid.js';

/** Checks a part of a payload. @throws ProbelogError PAYLOAD_INVALID naming the first field that is wrong */
export function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw payloadInvalid(issue.message, issue.path.join('.'));
}
