const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = [0x5b, 0x7b];
const CLOSING = [0x5d, 0x7d];

/** How deep lists and objects lie in each other in a JSON text, from its bytes; of what is no JSON, some number. */
export function nesting(json: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  for (let place = 0; place < json.length; place++) {
    const byte = json[place];
    if (byte === QUOTE) inText = !inText;
    else if (inText && byte === BACKSLASH) place++;
    else if (inText) continue;
    else if (OPENING.includes(byte)) deepest = Math.max(deepest, ++depth);
    else if (CLOSING.includes(byte)) depth--;
  }
  return deepest;
}
