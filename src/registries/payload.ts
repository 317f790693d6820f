import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { ProbelogError } from '../errors/index.js';
import { isNestedTooDeep, MAX_JSON_DEPTH, parseJson } from '../lib/parse-json.js';

/** Control characters, line and paragraph separators, and unpaired surrogates: they can be neither printed nor stored. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Parses the body of a delivery. @throws ProbelogError PAYLOAD_INVALID */
export function readJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw payloadInvalid('it is not UTF-8');
  try {
    return parseJson(body);
  } catch {
    const deep = `it is nested deeper than ${MAX_JSON_DEPTH} levels`;
    throw payloadInvalid(isNestedTooDeep(body) ? deep : 'it is not JSON');
  }
}

/** Checks a part of a payload. @throws ProbelogError PAYLOAD_INVALID naming the first invalid field */
export function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw payloadInvalid(issue.message, issue.path.join('.'));
}

/** @param field a path such as `data.name`; undefined for the payload as a whole */
export function payloadInvalid(problem: string, field?: string): ProbelogError {
  return new ProbelogError(
    'PAYLOAD_INVALID',
    `The payload${field ? `'s ${field}` : ''} is invalid: ${problem}.`,
    { field },
  );
}

/** Whether a value is text on one line, of 1 to `max` characters. */
export function isLine(value: unknown, max: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= max && !UNPRINTABLE.test(value);
}

/** A schema for text on one line, of 1 to `max` characters. */
export function line(max: number) {
  return z
    .string()
    .min(1)
    .max(max)
    .refine((text) => !UNPRINTABLE.test(text), 'contains control characters or unpaired surrogates');
}

/** A name or version, with the rules of `IngestRequest`: no blanks at either end. */
export function identifier(max: number) {
  return line(max).refine((text) => text === text.trim(), 'begins or ends with a blank');
}

/**
 * The time of an event in ISO 8601; null when it cannot be read. The time only puts events in order, so an unusual format
 * is no reason to refuse the event.
 */
export const moment = z
  .string()
  .max(64)
  .transform((text) => new Date(text))
  .refine((date) => !Number.isNaN(date.getTime()))
  .nullable()
  .catch(null);

/** The address of a model file. Credentials in a URL would be stored and shown with it, so they are refused. */
export const modelUrl = z
  .string()
  .max(4_096)
  .refine(isModelUrl, 'is neither an http(s) URL without user and password nor s3://bucket/key');

function isModelUrl(text: string): boolean {
  if (/^s3:\/\/[^/]+\/./.test(text)) return true;
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}
