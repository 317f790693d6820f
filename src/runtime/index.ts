export { compiledEntry } from './compiled-entry.js';
