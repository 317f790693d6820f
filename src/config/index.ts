export type { Config } from './config.js';
export { type ConfigLine, describeConfig } from './describe-config.js';
export { isLoopback } from './is-loopback.js';
export { type Environment, loadConfig } from './load-config.js';
export { readEnvironment } from './read-environment.js';
