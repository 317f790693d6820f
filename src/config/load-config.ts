import { ZodError } from 'zod';
import { ProbelogError } from '../errors/index.js';
import { closestName } from './closest-name.js';
import type { Config } from './config.js';
import { OPTIONS } from './options.js';

/** Variables as the process has them or a parsed `.env` file hold them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Validates the environment into one frozen {@link Config}.
 *
 * An empty variable counts as unset, as in most container platforms. A `PROBELOG_…` name that does not exist is an
 * error rather than ignored: a misspelt limit that silently does nothing is worse than a start that fails.
 *
 * @throws ProbelogError CONFIG_INVALID naming every bad variable, its value (unless secret, and without the credentials of a URL) and
 *   what is allowed
 */
export function loadConfig(environment: Environment): Config {
  const problems = unknownVariables(environment);
  const config: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(OPTIONS)) {
    const text = environment[setting.variable]?.trim() || undefined;
    try {
      config[key] = setting.parse(text);
    } catch (thrown) {
      if (!(thrown instanceof ZodError)) throw thrown;
      const shown = setting.secret ? '(not shown)' : JSON.stringify(text && withoutCredentials(text));
      problems.push(`${setting.variable} is ${shown}; allowed: ${setting.allowed}`);
    }
  }
  if (problems.length > 0) {
    throw new ProbelogError('CONFIG_INVALID', `The configuration is not usable.\n  ${problems.join('\n  ')}`);
  }
  return Object.freeze(config) as Config;
}

/**
 * The message ends up in logs that more people read than may have a password. What is refused need not be a well-formed
 * URL, so all before the last @ goes, but for the scheme.
 */
function withoutCredentials(text: string): string {
  return text.replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, '$1(not shown)@');
}

function unknownVariables(environment: Environment): string[] {
  const known = new Set(Object.values(OPTIONS).map((setting) => setting.variable));
  return Object.keys(environment)
    .filter((name) => name.startsWith('PROBELOG_') && !known.has(name))
    .map((name) => {
      const meant = closestName(name, [...known]);
      return `${name} is not a setting${meant ? `; did you mean ${meant}?` : ''} (\`probelog config\` lists them all)`;
    });
}
