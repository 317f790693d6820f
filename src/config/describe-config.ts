import { type Config, loadConfig } from './config.js';
import { OPTIONS } from './options/index.js';
import type { Environment } from './read-environment.js';

/** One setting in the output of `probelog config`. */
export interface ConfigLine {
  variable: string;
  value: unknown;
  /** The value as a user writes it; null when unset, and for a secret. */
  text: string | null;
  isDefault: boolean;
  description: string;
  allowed: string;
}

/** The effective settings, for display. Of a secret, only whether it is set. @throws ProbelogError CONFIG_INVALID */
export function describeConfig(environment: Environment): ConfigLine[] {
  const config = loadConfig(environment);
  return Object.entries(OPTIONS).map(([key, setting]) => {
    const value = config[key as keyof Config];
    return {
      variable: setting.variable,
      value: setting.secret ? (value === undefined ? null : '(set, not shown)') : (value ?? null),
      text: setting.secret ? null : environment[setting.variable]?.trim() || (setting.fallback ?? null),
      isDefault: JSON.stringify(value) === JSON.stringify(setting.parse(undefined)),
      description: setting.description,
      allowed: setting.allowed,
    };
  });
}

/** The secret files that an environment names. */
export function secretFiles(environment: Environment): { variable: string; path: string }[] {
  return Object.values(OPTIONS).flatMap(({ variable, secret }) => {
    const path = environment[variable]?.trim();
    return secret && variable.endsWith('_FILE') && path ? [{ variable, path }] : [];
  });
}

/** Those of the given variables whose value is itself a secret. */
export function secretVariables(names: readonly string[]): string[] {
  const secrets = new Set<string>(
    Object.values(OPTIONS).flatMap(({ variable, secret }) =>
      secret && !variable.endsWith('_FILE') ? [variable] : [],
    ),
  );
  return names.filter((name) => secrets.has(name));
}
