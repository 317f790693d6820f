import { isAscii } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { ProbelogError } from '../errors/index.js';
import { type JsonLimits, MAX_JSON_DEPTH, type ScannedJson, scanJson } from '../lib/parse-json.js';
import { unescapeJson } from '../lib/unescape-json.js';

/** What a request of JSON may hold; docs/limits.md says so. The one longer string is the image of a search. */
export const JSON_LIMITS: JsonLimits = { maxValues: 110_000, maxStringBytes: 2 ** 16, maxBytes: 2 ** 22 };

/** Parsing a longer body is a turn of the event loop of its own. */
const LONG_BODY_BYTES = 2 ** 16;

/** A limit's name and number, as an error tells them. */
const TELLING: Record<
  NonNullable<ScannedJson['excess']>,
  { limit: string; most: number; message: string }
> = {
  levels: {
    limit: 'levels',
    most: MAX_JSON_DEPTH,
    message: `The body is nested deeper than ${MAX_JSON_DEPTH} levels.`,
  },
  maxValues: {
    limit: 'values',
    most: JSON_LIMITS.maxValues,
    message: `The body has more than ${JSON_LIMITS.maxValues} values. Send fewer.`,
  },
  maxStringBytes: {
    limit: 'text',
    most: JSON_LIMITS.maxStringBytes,
    message: `A text of the body is longer than ${JSON_LIMITS.maxStringBytes} bytes. Only one image may be.`,
  },
  maxBytes: {
    limit: 'bytes',
    most: JSON_LIMITS.maxBytes,
    message: `The body has more than ${JSON_LIMITS.maxBytes} bytes besides an image. Send less.`,
  },
};

/** Why a text of JSON is not read; null when it may be. */
export function jsonRefusal(json: Buffer): ProbelogError | null {
  return refusalOf(json, scanJson(json, JSON_LIMITS));
}

/**
 * Reads bodies of JSON with Fastify's own parser, once a scan has found them within {@link JSON_LIMITS}.
 *
 * A long string is read apart from the rest: as one of ASCII, which costs a millisecond per megabyte. In a text with other
 * letters it would cost ten.
 */
export function addJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const scanned = scanJson(body, JSON_LIMITS);
    const refusal = refusalOf(body, scanned);
    if (refusal) return done(refusal);
    const { longString } = scanned;
    if (!longString) {
      const inTurn =
        body.length > LONG_BODY_BYTES
          ? (...result: Parameters<typeof done>) => setImmediate(done, ...result)
          : done;
      return parse(request, body.toString(), inTurn);
    }
    const placeholder = randomUUID();
    const rest = [body.subarray(0, longString.start), placeholder, body.subarray(longString.end)].join('');
    unescapeJson(body.subarray(longString.start, longString.end)).then(
      (unescaped) =>
        parse(request, rest, (error: Error | null, parsed?: unknown) =>
          error ? done(error) : done(null, withText(parsed, placeholder, unescaped)),
        ),
      (error: Error) => done(Object.assign(error, { statusCode: 400 })),
    );
  });
}

function refusalOf(body: Buffer, { excess, longString }: ScannedJson): ProbelogError | null {
  const isText = longString && isAscii(body.subarray(longString.start, longString.end));
  const found = excess ?? (longString && !isText ? 'maxStringBytes' : null);
  if (!found) return null;
  const { message, ...details } = TELLING[found];
  return new ProbelogError('INPUT_INVALID', message, details);
}

/** Puts the text in its place. */
function withText(parsed: unknown, placeholder: string, text: unknown): unknown {
  if (parsed === placeholder) return text;
  const remaining = [parsed];
  while (remaining.length > 0) {
    const value = remaining.pop();
    if (typeof value !== 'object' || value === null) continue;
    const items = value as Record<string, unknown>;
    for (const key of Object.keys(items)) {
      if (items[key] === placeholder) {
        items[key] = text;
        return parsed;
      }
      remaining.push(items[key]);
    }
  }
  // It was the name of a field.
  return parsed;
}
