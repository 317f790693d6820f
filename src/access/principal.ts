import type { AccessScope, VisibilityScope } from '../store/index.js';

/** Who asks, by whichever door. */
export interface Principal {
  kind: 'LOCAL' | 'ANONYMOUS' | 'KEY' | 'TOKEN';
  /** As the audit and the log call them: key:4f7a…, oidc:ada, local, anonymous. No secret. */
  name: string;
  scopes: readonly AccessScope[];
  /** Labels of private models that they see. */
  labels: readonly string[];
  /** The one registry whose models they may change; null: any. */
  registry: string | null;
  /** When they are nobody any more; null: never. */
  expiresAt: Date | null;
}

/** Whoever says nothing of who they are, and may do nothing. */
export const ANONYMOUS: Principal = {
  kind: 'ANONYMOUS',
  name: 'anonymous',
  scopes: [],
  labels: [],
  registry: null,
  expiresAt: null,
};

/** Whether somebody has one of these scopes. */
export function allows({ scopes }: Pick<Principal, 'scopes'>, wanted: readonly AccessScope[]): boolean {
  return scopes.includes('ADMIN') || wanted.some((scope) => scopes.includes(scope));
}

/** Which models somebody sees: an administrator all, others those without a label and those with theirs. */
export function visibilityScopeOf({ scopes, labels }: Pick<Principal, 'scopes' | 'labels'>): VisibilityScope {
  return scopes.includes('ADMIN') ? 'ALL' : labels;
}
