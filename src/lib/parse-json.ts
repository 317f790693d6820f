const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;
const CLOSE_ARRAY = 0x5d;
const CLOSE_OBJECT = 0x7d;
/** Most strings are shorter. */
const SHORT_STRING = 32;
/** Bytes that are compared singly after an escaped quote. */
const LOOKED_AT = 1024;

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

/**
 * The quote that ends a string, or the end of the text. An image is a string of megabytes without escapes: indexOf skips most of
 * it. Where quotes are escaped, looking at each byte takes less than a call for each quote.
 */
function endOfString(json: Buffer, start: number): number {
  for (let from = walk(json, start, SHORT_STRING); ; from = walk(json, from, LOOKED_AT)) {
    if (json[from] === QUOTE) return from;
    const quote = json.indexOf(QUOTE, from);
    if (quote === -1) return json.length;
    if (!isEscaped(json, quote, from)) return quote;
    from = quote + 1;
  }
}

/** The first unescaped quote among so many bytes, or else the first unescaped offset after them. */
function walk(json: Buffer, start: number, bytes: number): number {
  const end = Math.min(start + bytes, json.length);
  let offset = start;
  for (let byte = json[offset]; offset < end && byte !== QUOTE; byte = json[offset])
    offset += byte === BACKSLASH ? 2 : 1;
  return offset;
}

/** Whether an odd number of backslashes precedes a byte. @param from an unescaped offset before it */
function isEscaped(json: Buffer, offset: number, from: number): boolean {
  let first = offset;
  while (first > from && json[first - 1] === BACKSLASH) first--;
  return (offset - first) % 2 === 1;
}
