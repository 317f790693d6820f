const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = [0x5b, 0x7b];
const CLOSING = [0x5d, 0x7d];

/** Far beyond what a request or a registry's event is made of. */
export const MOST_JSON_LEVELS = 64;

/**
 * How deep lists and objects lie in each other in a JSON text; of what is no JSON, some number.
 *
 * Threat model: hundreds of thousands of nested lists fit into a small body, and take a parser and what validates its
 * result a third of a second, in which nobody else is answered. Counting the brackets takes a hundredth of that.
 */
export function jsonNesting(json: Buffer): number {
  let depth = 0;
  let deepest = 0;
  for (let place = 0; place < json.length; place++) {
    const byte = json[place];
    if (byte === QUOTE) place = endOfText(json, place + 1);
    else if (OPENING.includes(byte)) deepest = Math.max(deepest, ++depth);
    else if (CLOSING.includes(byte)) depth--;
  }
  return deepest;
}

/** The quote that ends a text. A picture is a text of megabytes without an escape, so whole stretches are skipped. */
function endOfText(json: Buffer, start: number): number {
  const end = json.indexOf(QUOTE, start);
  if (end === -1) return json.length;
  if (json[end - 1] !== BACKSLASH) return end;
  let place = start;
  while (place < json.length && json[place] !== QUOTE) place += json[place] === BACKSLASH ? 2 : 1;
  return place;
}
