import { ProbelogError } from '../errors/index.js';
import type { Config } from './config.js';
import { type Environment, readSettings } from './read-settings.js';

/**
 * Validates the environment into one frozen {@link Config}.
 *
 * @throws ProbelogError CONFIG_INVALID naming every bad variable, its value (unless secret, and without the credentials of a URL) and
 *   what is allowed
 */
export function loadConfig(environment: Environment): Config {
  const { settings, problems } = readSettings(environment);
  if (problems.length > 0) {
    const messages = problems.map(({ message }) => message).join('\n  ');
    throw new ProbelogError('CONFIG_INVALID', `The configuration is not usable.\n  ${messages}`);
  }
  return Object.freeze(settings) as Config;
}
