export { type MountedRoutes, mountRoutes, type NodeHandler } from './mount-routes.js';
export { servicesOf } from './services-of.js';
export { type RunningServer, type ServerOptions, startServer } from './start-server.js';
