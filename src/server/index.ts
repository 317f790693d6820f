export { servicesOf } from './graphql/graphql-server.js';
export { type MountedRoutes, mountRoutes, type NodeHandler } from './mount-routes.js';
export { type RunningServer, type ServerOptions, startServer } from './start-server.js';
