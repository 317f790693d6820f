export { compiledEntry } from './compiled-entry.js';
export { Turns } from './turns.js';
