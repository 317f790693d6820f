import { type GraphQLField, type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { allows, type Principal, scopeName } from '../../access/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { AccessScope } from '../../store/index.js';

/** Fields that take other scopes than their type does; one of those listed is enough, and ADMIN always is. */
const RULES: Readonly<Record<string, readonly AccessScope[]>> = {
  'Query.apiKeys': ['ADMIN'],
  'Query.audit': ['ADMIN'],
  'Query.registrySweeps': ['ADMIN'],
  'Query.ingest': ['READ', 'INGEST'],
  // Of any type; schema/node.ts then requires the scopes of that type.
  'Query.node': ['READ', 'INGEST'],
  'Query.ingests': ['READ', 'INGEST'],
  'Mutation.ingestModel': ['INGEST'],
  'Mutation.registerModel': ['INGEST'],
  'Mutation.reprobeModel': ['INGEST'],
  'Mutation.cancelIngest': ['INGEST'],
  'Mutation.retryIngest': ['INGEST'],
  'Mutation.giveUpIngest': ['INGEST'],
  'Mutation.setLabels': ['INGEST'],
  'Subscription.ingestProgress': ['READ', 'INGEST'],
  // The ways from a model, which whoever ingests gets to see, to the rest of the gallery.
  'Model.logit': ['READ'],
  'Model.logits': ['READ'],
  'Model.recognizes': ['READ'],
  'Model.recognises': ['READ'],
  'Model.summary': ['READ'],
  'Logit.similar': ['READ'],
};

/** What any other field of a type takes: a new mutation is for administrators until it is listed above. */
const DEFAULTS: Readonly<Record<string, readonly AccessScope[]>> = {
  Query: ['READ'],
  Mutation: ['ADMIN'],
  Subscription: ['READ'],
};

/** The scopes of which a field takes one; null: any caller may have it, who got so far. */
export function scopesOfField(type: string, field: string): readonly AccessScope[] | null {
  return RULES[`${type}.${field}`] ?? DEFAULTS[type] ?? null;
}

/** Puts the rules of each field before its resolver: the one place where scopes are looked at. */
export function guardFields(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      guardField(type.name, field);
    }
  }
  return schema;
}

/** The same for one field, of that type of ours. */
export function guardField(type: string, field: GraphQLField<unknown, unknown>): void {
  const wanted = scopesOfField(type, field.name);
  if (!wanted && field.args.length === 0) return;
  if (field.resolve) field.resolve = guarded(field.resolve, wanted);
  if (field.subscribe) field.subscribe = guarded(field.subscribe, wanted);
}

type Resolver = GraphQLFieldResolver<unknown, unknown>;

function guarded(resolve: Resolver, wanted: readonly AccessScope[] | null): Resolver {
  return (root, args, context, info) => {
    if (wanted) checkScopes((context as { principal: Principal }).principal, wanted);
    checkTexts(args);
    return resolve(root, args, context, info);
  };
}

/**
 * No text may hold the character U+0000, or half of a surrogate pair alone: PostgreSQL stores neither.
 *
 * @throws ProbelogError INPUT_INVALID
 */
function checkTexts(args: Record<string, unknown>): void {
  const left: unknown[] = Object.values(args);
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed()))
      throw new ProbelogError(
        'INPUT_INVALID',
        'A text may not hold the character U+0000, or half of a surrogate pair.',
      );
    if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) left.push(one);
  }
}

/**
 * Nothing is said of what was asked about: whether it exists is not theirs to know.
 *
 * @throws ProbelogError UNAUTHENTICATED when being somebody would help, FORBIDDEN when it does not
 */
export function checkScopes(principal: Principal, wanted: readonly AccessScope[]): void {
  if (allows(principal, wanted)) return;
  const scopes = wanted.map(scopeName).join(' or ');
  if (principal.kind === 'ANONYMOUS')
    throw new ProbelogError('UNAUTHENTICATED', `This takes a key or token with the scope ${scopes}.`);
  throw new ProbelogError('FORBIDDEN', `This takes the scope ${scopes}, which this key or token has not.`, {
    scopes: wanted.map(scopeName),
  });
}
