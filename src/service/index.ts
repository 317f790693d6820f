export { type Log, openService, type Service, type ServiceOptions } from './open-service.js';
