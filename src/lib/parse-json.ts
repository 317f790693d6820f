const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;
const CLOSE_ARRAY = 0x5d;
const CLOSE_OBJECT = 0x7d;
/** Most strings are shorter. */
const SHORT_STRING = 32;

/** Far more than requests, registry events and sidecar files need. */
export const MAX_JSON_DEPTH = 64;

/** `JSON.parse` for untrusted input. @throws SyntaxError also when it {@link isNestedTooDeep} */
export function parseJson(json: Buffer | string): unknown {
  const bytes = typeof json === 'string' ? Buffer.from(json) : json;
  if (isNestedTooDeep(bytes)) throw new SyntaxError(`nested deeper than ${MAX_JSON_DEPTH} levels`);
  return JSON.parse(bytes.toString('utf8'));
}

/**
 * Whether arrays and objects of a JSON text are nested deeper than {@link MAX_JSON_DEPTH}.
 *
 * Threat model: a small body holds hundreds of thousands of nested arrays, which block the event loop for a third of a second in
 * the parser and the validator behind it.
 *
 * @param json for invalid JSON, the result may be either
 */
export function isNestedTooDeep(json: Buffer): boolean {
  let depth = 0;
  for (let offset = 0; offset < json.length; offset++) {
    const byte = json[offset];
    if (byte === QUOTE) offset = endOfString(json, offset + 1);
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      if (++depth > MAX_JSON_DEPTH) return true;
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth--;
  }
  return false;
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
