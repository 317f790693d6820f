export type { Log } from './log.js';
export { openService, type Service, type ServiceOptions } from './open-service.js';
export { type ReachedPart, reachRegistries } from './registries/reach-registries.js';
export type { SweepReport } from './registries/sweep.js';
