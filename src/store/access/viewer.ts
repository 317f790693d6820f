import { Prisma } from '../generated/client.js';

/** A label that private models and those who see them have in common. */
export const VISIBILITY_LABEL = /^[\p{L}\p{N}._:@/-]{1,100}$/u;

/** Which models somebody sees: all, or those without a label and those with one of these. */
export type VisibilityScope = 'ALL' | readonly string[];

/** Who changes something, for the audit. */
export interface Actor {
  /** Such as key:4f7a…, oidc:ada, webhook:mlflow, cli:ada, local or anonymous. */
  name: string;
  /** Where the request came from. */
  address: string | null;
  userAgent: string | null;
  requestId: string | null;
}

/** On whose behalf the store is used. */
export interface Viewer {
  visibilityScope: VisibilityScope;
  /** The one registry whose models may be changed; null: any. */
  registry: string | null;
  /** Null: this program itself, whose work is no change of anybody's. */
  actor: Actor | null;
}

/** This program: it sees everything, and what it does on its own is not audited. */
export const INTERNAL_VIEWER: Viewer = { visibilityScope: 'ALL', registry: null, actor: null };

/**
 * The condition that every read of models on somebody's behalf carries.
 *
 * Threat model: a name, a count or a page that is one short tells that a private model exists. So what is not seen is
 * not read: a repository made for a viewer has this in each of its statements, and nothing above it could forget it.
 */
export function visible(visibilityScope: VisibilityScope): Prisma.ModelWhereInput {
  return visibilityScope === 'ALL'
    ? {}
    : { OR: [{ visibility: null }, { visibility: { in: [...visibilityScope] } }] };
}

/** The same as SQL, for a table or alias of that name. */
export function visibleSql(visibilityScope: VisibilityScope, model: 'model' | 'm'): Prisma.Sql {
  if (visibilityScope === 'ALL') return Prisma.sql`TRUE`;
  const column = Prisma.raw(`"${model}"."visibility"`);
  return Prisma.sql`(${column} IS NULL OR ${column} = ANY(${[...visibilityScope]}::text[]))`;
}
