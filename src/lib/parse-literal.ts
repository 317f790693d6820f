/** A list may be a tuple; the keys of a dict are text. */
export type Literal = string | number | Literal[] | { [key: string]: Literal };

/** Most items of a list or dict. */
const MAX_ITEMS = 1_000_000;

/**
 * Parses a Python or JSON literal of strings, integers, lists, tuples and dicts; undefined for anything else. It never
 * evaluates: the text is the model's, so it may be an attack.
 */
export function parseLiteral(text: string): Literal | undefined {
  const tokens = text.match(TOKEN) ?? [];
  let at = 0;
  const value = (depth: number): Literal | undefined => {
    const token = tokens[at++]?.trim();
    if (token === undefined || depth > 4) return undefined;
    if (token === '[' || token === '(') return items(token === '[' ? ']' : ')', depth);
    if (token === '{') return entries(depth);
    return scalar(token);
  };
  const items = (end: string, depth: number): Literal | undefined => {
    const list: Literal[] = [];
    while (tokens[at]?.trim() !== end) {
      const item = value(depth + 1);
      if (item === undefined || list.push(item) > MAX_ITEMS) return undefined;
      if (tokens[at]?.trim() === ',') at++;
      else if (tokens[at]?.trim() !== end) return undefined;
    }
    at++;
    return list;
  };
  const entries = (depth: number): Literal | undefined => {
    const map = new Map<string, Literal>();
    while (tokens[at]?.trim() !== '}') {
      const key = scalar(tokens[at++]?.trim() ?? '');
      if (key === undefined || tokens[at++]?.trim() !== ':') return undefined;
      const item = value(depth + 1);
      if (item === undefined || map.set(String(key), item).size > MAX_ITEMS) return undefined;
      if (tokens[at]?.trim() === ',') at++;
      else if (tokens[at]?.trim() !== '}') return undefined;
    }
    at++;
    return Object.fromEntries(map);
  };
  const literal = value(0);
  const isWhole =
    at === tokens.length && tokens.reduce((sum, { length }) => sum + length, 0) === text.trimEnd().length;
  return isWhole && typeof literal === 'object' ? literal : undefined;
}

/** Brackets, separators, integers, and strings in either quotes. */
const TOKEN = /\s*(?:[[\](){}:,]|-?\d+|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/gs;

function scalar(token: string): string | number | undefined {
  if (/^-?\d+$/.test(token)) return Number(token);
  const quote = token[0];
  if (token.length < 2 || (quote !== '"' && quote !== "'") || !token.endsWith(quote)) return undefined;
  return token.slice(1, -1).replace(ESCAPE, (whole, hex: string | undefined, simple: string | undefined) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return ESCAPED.get(simple ?? '') ?? whole;
  });
}

const ESCAPE = /\\(?:[xu]((?<=x)[0-9a-f]{2}|(?<=u)[0-9a-f]{4})|(.))/gis;
const ESCAPED: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['/', '/'],
]);
