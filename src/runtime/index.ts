export { compiledEntry } from './compiled-entry.js';
export { jsonNesting, MOST_JSON_LEVELS } from './json-nesting.js';
export { Turns } from './turns.js';
