export { type MountedRoutes, mountRoutes, type NodeHandler } from './node-handler.js';
export { servicesOf } from './services-of.js';
export { type RunningServer, type ServerOptions, startServer } from './start-server.js';
