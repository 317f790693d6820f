import { z } from 'zod';

/** Control characters, line and paragraph separators, and halves of surrogate pairs: nothing prints or stores them. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Whether it is a text on one line, of 1 to `most` characters. */
export function isLine(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= most && !UNPRINTABLE.test(value);
}

/** The same, with what is wrong with it. */
export function line(most: number) {
  return z
    .string()
    .min(1)
    .max(most)
    .refine((text) => !UNPRINTABLE.test(text), 'has control characters, or half of a surrogate pair');
}

/** A name or version, as `IngestRequest` wants them: no blanks at the ends. */
export function identifier(most: number) {
  return line(most).refine((text) => text === text.trim(), 'begins or ends with a blank');
}

/**
 * When something happened, in ISO 8601; null when there is no such time. It only puts events in order, so a sender that
 * writes it in another way is no reason to lose what it says.
 */
export const moment = z
  .string()
  .max(64)
  .transform((text) => new Date(text))
  .refine((date) => !Number.isNaN(date.getTime()))
  .nullable()
  .catch(null);
