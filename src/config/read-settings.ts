import { ZodError } from 'zod';
import { CLIENT_VARIABLES } from './client-key.js';
import { closestName } from './closest-name.js';
import type { Config } from './config.js';
import { OPTIONS } from './options/index.js';

/** Variables as the process has them or a parsed `.env` file hold them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong with one variable. */
export interface SettingProblem {
  variable: string;
  /** Names the variable, its value (unless secret, and without the credentials of a URL) and what is allowed. */
  message: string;
}

/** What an environment says: every setting that is usable, and what is wrong with the others. */
export interface ReadSettings {
  settings: Partial<Config>;
  problems: SettingProblem[];
}

/**
 * Reads every setting by itself, so that one bad variable hides none of the others.
 *
 * An empty variable counts as unset, as in most container platforms. A `PROBELOG_…` name that does not exist is a
 * problem rather than ignored: a misspelt limit that silently does nothing is worse than a start that fails.
 */
export function readSettings(environment: Environment): ReadSettings {
  const problems = unknownVariables(environment);
  const settings: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(OPTIONS)) {
    const { variable } = setting;
    const text = environment[variable]?.trim() || undefined;
    try {
      settings[key] = setting.parse(text);
    } catch (thrown) {
      if (!(thrown instanceof ZodError)) throw thrown;
      const shown = setting.secret ? '(not shown)' : JSON.stringify(text && withoutCredentials(text));
      problems.push({ variable, message: `${variable} is ${shown}; allowed: ${setting.allowed}` });
    }
  }
  return { settings: settings as Partial<Config>, problems };
}

/**
 * The message ends up in logs that more people read than may have a password. What is refused need not be a well-formed
 * URL, so all before the last @ goes, but for the scheme.
 */
function withoutCredentials(text: string): string {
  return text.replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, '$1(not shown)@');
}

function unknownVariables(environment: Environment): SettingProblem[] {
  const known = new Set(Object.values(OPTIONS).map((setting) => setting.variable));
  return Object.keys(environment)
    .filter((name) => name.startsWith('PROBELOG_') && !known.has(name) && !CLIENT_VARIABLES.includes(name))
    .map((variable) => {
      const meant = closestName(variable, [...known]);
      return {
        variable,
        message: `${variable} is not a setting${meant ? `; did you mean ${meant}?` : ''} (\`probelog config\` lists them all)`,
      };
    });
}
