import type { AccessScope } from '../store/index.js';

/** The scopes of keys and tokens. ADMIN includes the others. */
export const SCOPES: readonly AccessScope[] = ['READ', 'INGEST', 'ADMIN'];

/** A scope as users write it. */
export function scopeName(scope: AccessScope): string {
  return scope.toLowerCase();
}

/** Scopes by the names that users write; null if one is unknown. */
export function parseScopes(names: readonly string[]): AccessScope[] | null {
  const scopes = names.map((name) => SCOPES.find((scope) => scopeName(scope) === name));
  return scopes.every((scope) => scope !== undefined) ? [...new Set(scopes)] : null;
}
