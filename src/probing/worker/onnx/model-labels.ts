/** Labels that a model's metadata holds. */
export interface ModelLabels {
  labels: string[];
  /** Where they are, such as `its metadata "names"`. */
  source: string;
}

/** Metadata that exporters write labels to, in order of preference. */
const KEYS = ['names', 'classes', 'class_names', 'labels', 'label_names', 'id2label', 'categories'];
const MAX_LABELS = 100_000;

/**
 * Finds labels in `metadata_props`: JSON, a Python list or dict as text (ultralytics), or one label in each line or between
 * commas.
 */
export function metadataLabels(metadata: ReadonlyMap<string, string>): ModelLabels | null {
  for (const [key, value] of labelEntries(metadata)) {
    const labels = parseLabelText(value);
    if (labels) return { labels, source: `its metadata "${key}"` };
  }
  return null;
}

/** Names of metadata that should hold labels, but in no form that is read. */
export function unreadLabels(metadata: ReadonlyMap<string, string>): string[] {
  return labelEntries(metadata).flatMap(([key, value]) => (parseLabelText(value) ? [] : [key]));
}

function labelEntries(metadata: ReadonlyMap<string, string>): [key: string, value: string][] {
  const byKey = new Map([...metadata].map((entry) => [entry[0].toLowerCase(), entry]));
  return KEYS.flatMap((key) => {
    const entry = byKey.get(key);
    return entry ? [entry] : [];
  });
}

function parseLabelText(text: string): string[] | null {
  const literal = parseLiteral(text);
  if (literal !== undefined) return listOf(literal);
  if (/^\s*[[({]/.test(text)) return null;
  const separator = text.includes('\n') ? '\n' : ',';
  const parts = text.split(separator).map((part) => part.trim());
  while (parts.at(-1) === '') parts.pop();
  return parts.length > 1 && parts.length <= MAX_LABELS && !parts.includes('') ? parts : null;
}

/** A list in order, or an object from index to label or from label to index. */
function listOf(literal: Literal): string[] | null {
  if (Array.isArray(literal)) {
    const labels = literal.flatMap((item) => (typeof item === 'object' ? [] : [String(item)]));
    return labels.length === literal.length && labels.length > 0 ? labels : null;
  }
  if (!(literal instanceof Map)) return null;
  const pairs = [...literal].flatMap(([key, value]): [number, string][] => {
    if (typeof value === 'object') return [];
    if (/^\d+$/.test(key)) return [[Number(key), String(value)]];
    return typeof value === 'number' ? [[value, key]] : [];
  });
  const byPlace = new Map(pairs);
  if (pairs.length !== literal.size || byPlace.size === 0 || byPlace.size !== literal.size) return null;
  const labels = Array.from({ length: byPlace.size }, (_, place) => byPlace.get(place));
  return labels.every((label) => label !== undefined) ? labels : null;
}

type Literal = string | number | Literal[] | Map<string, Literal>;

/**
 * Parses a Python or JSON literal of strings, integers, lists, tuples and dicts; undefined for anything else. It never
 * evaluates: the text is the model's, so it may be an attack.
 */
function parseLiteral(text: string): Literal | undefined {
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
      if (item === undefined || list.push(item) > MAX_LABELS) return undefined;
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
      if (item === undefined || map.set(String(key), item).size > MAX_LABELS) return undefined;
      if (tokens[at]?.trim() === ',') at++;
      else if (tokens[at]?.trim() !== '}') return undefined;
    }
    at++;
    return map;
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
