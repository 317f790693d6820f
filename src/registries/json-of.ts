import { parseJson } from '../lib/parse-json.js';

/** What a small file beside a model says; undefined when there is none, or it is not JSON. */
export function jsonOf(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
