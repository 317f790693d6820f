const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const OPEN_OBJECT = 0x7b;
const CLOSE_LIST = 0x5d;
const CLOSE_OBJECT = 0x7d;
/** Most texts are shorter. */
const SHORT_TEXT = 32;

/** Far beyond what a request, a registry's event or a file beside a model is made of. */
export const MAX_JSON_DEPTH = 64;

/** `JSON.parse` for what comes from others. @throws SyntaxError also when it {@link isNestedTooDeep} */
export function parseJson(json: Buffer | string): unknown {
  const bytes = typeof json === 'string' ? Buffer.from(json) : json;
  if (isNestedTooDeep(bytes)) throw new SyntaxError(`nested deeper than ${MAX_JSON_DEPTH} levels`);
  return JSON.parse(bytes.toString('utf8'));
}

/**
 * Whether lists and objects of a JSON text lie in each other deeper than {@link MAX_JSON_DEPTH}.
 *
 * Threat model: hundreds of thousands of nested lists fit into a small body, and take a parser and what validates its
 * result a third of a second, in which no other request is answered.
 *
 * @param json of what is no JSON, the answer may be either
 */
export function isNestedTooDeep(json: Buffer): boolean {
  let depth = 0;
  for (let place = 0; place < json.length; place++) {
    const byte = json[place];
    if (byte === QUOTE) place = endOfText(json, place + 1);
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++depth > MAX_JSON_DEPTH) return true;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
  }
  return false;
}

/** The quote that ends a text. A picture is a text of megabytes without an escape: most of it is skipped at once. */
function endOfText(json: Buffer, start: number): number {
  const near = walk(json, start, start + SHORT_TEXT);
  if (json[near] === QUOTE) return near;
  const quote = json.indexOf(QUOTE, near);
  if (quote === -1 || json[quote - 1] !== BACKSLASH) return quote === -1 ? json.length : quote;
  return walk(json, near, json.length);
}

/** The next quote that is not escaped, or the first place not before `end` that is not. */
function walk(json: Buffer, start: number, end: number): number {
  let place = start;
  while (place < Math.min(end, json.length) && json[place] !== QUOTE)
    place += json[place] === BACKSLASH ? 2 : 1;
  return place;
}
