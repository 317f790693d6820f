export { readClientKey } from './client-key.js';
export type { Config } from './config.js';
export { type ConfigLine, describeConfig } from './describe-config.js';
export { isLoopback } from './is-loopback.js';
export { loadConfig } from './load-config.js';
export { readEnvFile, readEnvironment } from './read-environment.js';
export { type Environment, readSettings, type SettingProblem } from './read-settings.js';
export { secretFiles, secretVariables } from './secret-files.js';
export { variableOf } from './variable-of.js';
