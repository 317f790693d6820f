export { messageOf } from './message-of.js';
export { ProbelogError } from './probelog-error.js';
export { ERRORS, type ErrorCode, type ErrorEntry } from './table.js';
