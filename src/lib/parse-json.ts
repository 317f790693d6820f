const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;
const CLOSE_ARRAY = 0x5d;
const CLOSE_OBJECT = 0x7d;
/** Most strings are shorter. */
const SHORT_STRING = 32;

/** Far more than requests, registry events and sidecar files need. */
export const MAX_JSON_DEPTH = 64;

/** What a JSON text may hold, besides {@link MAX_JSON_DEPTH} levels. */
export interface JsonLimits {
  /** Items of all arrays and fields of all objects together. */
  maxValues: number;
  /** Bytes of one string. One string may be longer: it does not count as part of the text. */
  maxStringBytes: number;
  /** Bytes without that string. */
  maxBytes: number;
}

/** What a scan of a JSON text found. */
export interface ScannedJson {
  /** The first limit that it exceeds; null when none. */
  excess: 'levels' | keyof JsonLimits | null;
  /** Where the content of the one longer string begins and ends; null without one. */
  longString: { start: number; end: number } | null;
}

/** `JSON.parse` for untrusted input. @throws SyntaxError also when it {@link isNestedTooDeep} */
export function parseJson(json: Buffer | string): unknown {
  const bytes = typeof json === 'string' ? Buffer.from(json) : json;
  if (isNestedTooDeep(bytes)) throw new SyntaxError(`nested deeper than ${MAX_JSON_DEPTH} levels`);
  return JSON.parse(bytes.toString('utf8'));
}

/**
 * Whether arrays and objects of a JSON text are nested deeper than {@link MAX_JSON_DEPTH}.
 *
 * @param json for invalid JSON, the result may be either
 */
export function isNestedTooDeep(json: Buffer): boolean {
  return scanJson(json).excess === 'levels';
}

/**
 * Measures a JSON text without parsing it.
 *
 * Threat model: a body of a few megabytes holds millions of values, or hundreds of thousands of nested arrays. They block
 * the event loop for seconds in the parser and the validators behind it. A scan costs about a nanosecond per byte, and
 * ends at the first excess.
 *
 * @param json for invalid JSON, the result may be any
 * @param limits only the depth is limited when absent
 */
export function scanJson(json: Buffer, limits?: JsonLimits): ScannedJson {
  const { maxValues = Infinity, maxStringBytes = Infinity, maxBytes = Infinity } = limits ?? {};
  let depth = 0;
  let values = 0;
  let longString: ScannedJson['longString'] = null;
  let end = Math.min(json.length, maxBytes);
  for (let offset = 0; offset < end; offset++) {
    const byte = json[offset];
    if (byte === QUOTE) {
      const start = offset + 1;
      offset = endOfString(json, start);
      if (offset - start <= maxStringBytes) continue;
      if (longString) return { excess: 'maxStringBytes', longString };
      longString = { start, end: offset };
      end = Math.min(json.length, maxBytes + offset - start);
    } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      if (++depth > MAX_JSON_DEPTH) return { excess: 'levels', longString };
      if (++values > maxValues) return { excess: 'maxValues', longString };
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth--;
    else if (byte === COMMA && ++values > maxValues) return { excess: 'maxValues', longString };
  }
  return { excess: end < json.length ? 'maxBytes' : null, longString };
}

/** The quote that ends a string. An image is a string of megabytes without escapes: indexOf skips most of it. */
function endOfString(json: Buffer, start: number): number {
  const near = walk(json, start, start + SHORT_STRING);
  if (json[near] === QUOTE) return near;
  const quote = json.indexOf(QUOTE, near);
  if (quote === -1 || json[quote - 1] !== BACKSLASH) return quote === -1 ? json.length : quote;
  return walk(json, near, json.length);
}

/** The next unescaped quote before `end`, or else the first unescaped offset from `end` on. */
function walk(json: Buffer, start: number, end: number): number {
  let offset = start;
  while (offset < Math.min(end, json.length) && json[offset] !== QUOTE)
    offset += json[offset] === BACKSLASH ? 2 : 1;
  return offset;
}
