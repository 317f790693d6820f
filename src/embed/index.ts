export { createProbelog, type Probelog } from './create-probelog.js';
export type { HostCaller } from './host-caller.js';
export type { CallerOf, ProbelogOptions } from './options.js';
export type { RegisteredModel, Registration } from './registration.js';
