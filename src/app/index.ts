export type { Log } from '../lib/log.js';
export type { SweepReport } from '../registry-sync/index.js';
export { checkRegistryAccess, hasListedRegistry, type RegistryAccessCheck } from './check-registry-access.js';
export { openService, type Service, type ServiceOptions } from './open-service.js';
