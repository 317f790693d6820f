import { OPTIONS } from './options/index.js';
import type { Environment } from './read-settings.js';

/** The files of secrets that an environment names. */
export function secretFiles(environment: Environment): { variable: string; path: string }[] {
  return Object.values(OPTIONS).flatMap(({ variable, secret }) => {
    const path = environment[variable]?.trim();
    return secret && variable.endsWith('_FILE') && path ? [{ variable, path }] : [];
  });
}

/** The variables among these that hold a secret themselves. */
export function secretVariables(names: readonly string[]): string[] {
  const secrets = new Set<string>(
    Object.values(OPTIONS).flatMap(({ variable, secret }) =>
      secret && !variable.endsWith('_FILE') ? [variable] : [],
    ),
  );
  return names.filter((name) => secrets.has(name));
}
