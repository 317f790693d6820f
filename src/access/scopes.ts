import type { AccessScope } from '../store/index.js';

/** What a key or token may be for. ADMIN is for everything. */
export const SCOPES: readonly AccessScope[] = ['READ', 'INGEST', 'ADMIN'];

/** How people write a scope. */
export function scopeName(scope: AccessScope): string {
  return scope.toLowerCase();
}
