import type { AccessScope } from '../store/index.js';

/** What a key or token may be for. ADMIN is for everything. */
export const SCOPES: readonly AccessScope[] = ['READ', 'INGEST', 'ADMIN'];

/** How people write a scope. */
export function scopeName(scope: AccessScope): string {
  return scope.toLowerCase();
}

/** Scopes by the names that people write; null when one is none. */
export function parseScopes(names: readonly string[]): AccessScope[] | null {
  const scopes = names.map((name) => SCOPES.find((scope) => scopeName(scope) === name));
  return scopes.every((scope) => scope !== undefined) ? [...new Set(scopes)] : null;
}
