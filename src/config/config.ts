import { ZodError } from 'zod';
import { ProbelogError } from '../errors/index.js';
import { OPTIONS } from './options/index.js';
import { CLIENT_VARIABLES, type Environment } from './read-environment.js';

/** The effective settings of one process: read once at the start, validated, frozen, and passed down as arguments. */
export type Config = {
  readonly [Key in keyof typeof OPTIONS]: ReturnType<(typeof OPTIONS)[Key]['parse']>;
};

/** Why one variable cannot be used. */
export interface SettingProblem {
  variable: string;
  /** Names the variable, its value (unless secret, and without the credentials of a URL) and the allowed values. */
  message: string;
}

/**
 * Validates the environment into one frozen {@link Config}.
 *
 * @throws ProbelogError CONFIG_INVALID with the message of every {@link SettingProblem}
 */
export function loadConfig(environment: Environment): Config {
  const { settings, problems } = readSettings(environment);
  if (problems.length > 0) {
    const messages = problems.map(({ message }) => message).join('\n  ');
    throw new ProbelogError('CONFIG_INVALID', `The configuration is invalid.\n  ${messages}`);
  }
  return Object.freeze(settings) as Config;
}

/**
 * Reads every setting on its own, so that one bad variable hides no other: the valid settings, and the problems of the rest.
 *
 * An empty variable counts as unset, as on most container platforms. An unknown `PROBELOG_…` name is a problem, not ignored:
 * a misspelled limit that silently does nothing is worse than a start that fails.
 */
export function readSettings(environment: Environment): {
  settings: Partial<Config>;
  problems: SettingProblem[];
} {
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

/** The variable that a setting is read from. */
export function variableOf(key: keyof Config): string {
  return OPTIONS[key].variable;
}

/**
 * Messages end up in logs, which have more readers than a password may have. A refused value need not be a well-formed URL,
 * so everything before the last @ is dropped, except the scheme.
 */
function withoutCredentials(text: string): string {
  return text.replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, '$1(not shown)@');
}

function unknownVariables(environment: Environment): SettingProblem[] {
  const variables = new Set(Object.values(OPTIONS).map((setting) => setting.variable));
  return Object.keys(environment)
    .filter(
      (name) => name.startsWith('PROBELOG_') && !variables.has(name) && !CLIENT_VARIABLES.includes(name),
    )
    .map((variable) => {
      const suggestion = closestName(variable, [...variables]);
      const hint = suggestion ? `; did you mean ${suggestion}?` : '';
      return {
        variable,
        message: `${variable} is not a setting${hint} (\`probelog config\` lists them all)`,
      };
    });
}

/** The candidate with the fewest edits from `name`, if they are at most a third of its length. */
function closestName(name: string, candidates: string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: editDistance(name, candidate) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best && best.edits <= name.length / 3 ? best.candidate : undefined;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = previous[column - 1] + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, previous[column] + 1, current[column - 1] + 1));
    }
    previous = current;
  }
  return previous[b.length];
}
