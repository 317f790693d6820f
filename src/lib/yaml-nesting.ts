/** Limits for flow collections open at once, and for explicit keys (`? `) in total. */
const MAX_OPEN = 32;
const MAX_EXPLICIT_KEYS = 32;

/**
 * Whether a YAML text is nested deeper than any that a tool writes. It also counts brackets inside strings.
 *
 * Threat model: the parser's time grows with the fourth power of the nesting depth of flow collections and explicit keys, so five
 * hundred bytes could stop this process.
 */
export function isYamlNestedTooDeep(text: string): boolean {
  let open = 0;
  let keys = 0;
  for (let index = 0; index < text.length; index++) {
    const sign = text[index];
    if (sign === '{' || sign === '[') open++;
    else if ((sign === '}' || sign === ']') && open > 0) open--;
    else if (sign === '?' && /\s/.test(text[index + 1] ?? ' ')) keys++;
    if (open > MAX_OPEN || keys > MAX_EXPLICIT_KEYS) return true;
  }
  return false;
}
