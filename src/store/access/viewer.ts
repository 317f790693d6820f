import { Prisma } from '../generated/client.js';

/** The form of a visibility label: private models carry one, and principals with the same label see them. */
export const VISIBILITY_LABEL = /^[\p{L}\p{N}._:@/-]{1,100}$/u;

/** The private models that a viewer sees: all, or those with one of these labels. Everyone sees public models. */
export type VisibilityScope = 'ALL' | readonly string[];

/** A principal as the audit log names it. */
export interface Actor {
  /** Such as key:4f7a…, oidc:ada, webhook:mlflow, cli:ada, local or anonymous. */
  name: string;
  /** Where the request came from. */
  address: string | null;
  userAgent: string | null;
  requestId: string | null;
}

/** A principal as the store knows it. */
export interface Viewer {
  visibilityScope: VisibilityScope;
  /** The only registry whose models the viewer may change; null: any. */
  registry: string | null;
  /** Null for this program itself, whose own work is not audited. */
  actor: Actor | null;
}

/** This program itself: it sees everything, and its own work is not audited. */
export const INTERNAL_VIEWER: Viewer = { visibilityScope: 'ALL', registry: null, actor: null };

/**
 * The visibility condition of every query on models.
 *
 * Threat model: a name, a count, or a page with one item too few would reveal that a private model exists. So the store
 * never reads what its viewer does not see. A repository made for a viewer has this condition in each of its statements, and
 * code above the store cannot forget it.
 */
export function visible(visibilityScope: VisibilityScope): Prisma.ModelWhereInput {
  return visibilityScope === 'ALL'
    ? {}
    : { OR: [{ visibility: null }, { visibility: { in: [...visibilityScope] } }] };
}

/** The condition as SQL. @param model the table name or its alias in the statement */
export function visibleSql(visibilityScope: VisibilityScope, model: 'model' | 'm'): Prisma.Sql {
  if (visibilityScope === 'ALL') return Prisma.sql`TRUE`;
  const column = Prisma.raw(`"${model}"."visibility"`);
  return Prisma.sql`(${column} IS NULL OR ${column} = ANY(${[...visibilityScope]}::text[]))`;
}
