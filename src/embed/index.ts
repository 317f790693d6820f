export { createProbelog, type Probelog } from './create-probelog.js';
export type { ProbelogOptions } from './options.js';
export type { RegisteredModel, Registration } from './registration.js';
