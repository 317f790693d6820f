export { type Config, loadConfig, readSettings, type SettingProblem, variableOf } from './config.js';
export { type ConfigLine, describeConfig, secretFiles, secretVariables } from './describe-config.js';
export { isLoopback } from './options/server.js';
export { type Environment, readClientKey, readEnvFile, readEnvironment } from './read-environment.js';
