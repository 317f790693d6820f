export { compiledEntry } from './compiled-entry.js';
export { isNestedTooDeep, MOST_JSON_LEVELS, parseJson } from './parse-json.js';
export { Turns } from './turns.js';
