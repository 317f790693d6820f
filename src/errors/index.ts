export { asKnownError, knownError } from './known-error.js';
export { messageOf, ProbelogError } from './probelog-error.js';
export { ERRORS, type ErrorCode, type ErrorEntry, remedyOf } from './table.js';
