import type { AccessScope } from '../store/index.js';

/** The scopes of keys and tokens. ADMIN includes the others. */
export const SCOPES: readonly AccessScope[] = ['READ', 'INGEST', 'ADMIN'];

/** A scope as users write it. */
export function scopeName(scope: AccessScope): string {
  return scope.toLowerCase();
}
