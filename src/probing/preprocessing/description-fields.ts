import { z } from 'zod';
import { ProbelogError } from '../../errors/index.js';

// What the formats of descriptions have in common.

/** Pixels of one edge. */
export const edge = z.int().min(1).max(4096);
/** One number per channel, or one for all. */
export const means = z.array(z.number()).min(1).max(3);
export const deviations = means.refine((values) => !values.includes(0), 'must not be 0');

/**
 * Checks a part of a description.
 *
 * @param path where the part lies in the description
 * @throws ProbelogError PREPROCESSING_INVALID that names the field
 */
export function checkPart<Part>(schema: z.ZodType<Part>, part: unknown, ...path: string[]): Part {
  const parsed = schema.safeParse(part);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalidPreprocessing([...path, ...issue.path].join('.'), issue.message);
}

/** @param reason completes the sentence that begins with the field */
export function invalidPreprocessing(field: string, reason: string): ProbelogError {
  const subject =
    field === ''
      ? 'The preprocessing description is invalid:'
      : `The preprocessing description is invalid at "${field}":`;
  return new ProbelogError('PREPROCESSING_INVALID', `${subject} ${reason}.`, { field });
}
