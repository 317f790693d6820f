import type { AccessScope, VisibilityScope } from '../store/index.js';

/** A caller, as access control knows it. */
export interface Principal {
  kind: 'LOCAL' | 'ANONYMOUS' | 'KEY' | 'TOKEN';
  /** Its name in the audit and the log: key:4f7a…, oidc:ada, local, anonymous. Not a secret. */
  name: string;
  scopes: readonly AccessScope[];
  /** Visibility labels of the private models it sees. */
  labels: readonly string[];
  /** The only registry whose models it may change; null: any. */
  registry: string | null;
  /** When its credentials expire; null: never. */
  expiresAt: Date | null;
}

/** A caller without credentials and scopes. */
export const ANONYMOUS: Principal = {
  kind: 'ANONYMOUS',
  name: 'anonymous',
  scopes: [],
  labels: [],
  registry: null,
  expiresAt: null,
};

/** Whether a principal has one of the required scopes. */
export function allows({ scopes }: Pick<Principal, 'scopes'>, required: readonly AccessScope[]): boolean {
  return scopes.includes('ADMIN') || required.some((scope) => scopes.includes(scope));
}

/** The models a principal sees: an administrator all, others the public ones and those with its labels. */
export function visibilityScopeOf({ scopes, labels }: Pick<Principal, 'scopes' | 'labels'>): VisibilityScope {
  return scopes.includes('ADMIN') ? 'ALL' : labels;
}
