import { type GraphQLField, type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { allows, type Principal, scopeName } from '../../access/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { AccessScope } from '../../store/index.js';
import { checkInputs } from '../limits/input-limits.js';

/** Fields whose scopes differ from their type's. One of the listed scopes is enough; ADMIN always is. */
const RULES: Readonly<Record<string, readonly AccessScope[]>> = {
  'Query.apiKeys': ['ADMIN'],
  'Query.audit': ['ADMIN'],
  'Query.registrySweeps': ['ADMIN'],
  'Query.registries': ['ADMIN'],
  'Query.ingest': ['READ', 'INGEST'],
  // Of any type; schema/node.ts then requires the scopes of that type.
  'Query.node': ['READ', 'INGEST'],
  'Query.ingests': ['READ', 'INGEST'],
  'Query.runners': ['READ', 'INGEST'],
  'Query.modelUpload': ['INGEST'],
  'Query.modelInspection': ['INGEST'],
  'Query.probePreviews': ['INGEST'],
  'Query.viewer': ['READ', 'INGEST'],
  'Mutation.announceRunner': ['INGEST'],
  'Mutation.claimForRunner': ['INGEST'],
  'Mutation.renewRunnerClaim': ['INGEST'],
  'Mutation.nextRunnerProbes': ['INGEST'],
  'Mutation.completeRunnerClaim': ['INGEST'],
  'Mutation.failRunnerClaim': ['INGEST'],
  'Mutation.releaseRunnerClaim': ['INGEST'],
  'Mutation.ingestModel': ['INGEST'],
  'Mutation.openModelUpload': ['INGEST'],
  'Mutation.discardModelUpload': ['INGEST'],
  'Mutation.registerModel': ['INGEST'],
  'Mutation.reprobeModel': ['INGEST'],
  'Mutation.cancelIngest': ['INGEST'],
  'Mutation.retryIngest': ['INGEST'],
  'Mutation.giveUpIngest': ['INGEST'],
  'Mutation.setLabels': ['INGEST'],
  'Subscription.ingestProgress': ['READ', 'INGEST'],
  // From a model, which callers with INGEST get back from mutations, these fields lead to the rest of the gallery.
  'Model.logit': ['READ'],
  'Model.outputNames': ['READ'],
  'Model.logits': ['READ'],
  'Model.recognizes': ['READ'],
  'Model.recognises': ['READ'],
  'Model.summary': ['READ'],
  'Logit.similar': ['READ'],
};

/** The scopes of all other fields of a type: a new mutation is for administrators until it is listed above. */
const DEFAULTS: Readonly<Record<string, readonly AccessScope[]>> = {
  Query: ['READ'],
  Mutation: ['ADMIN'],
  Subscription: ['READ'],
};

/** The scopes of which a field requires one; null when it requires none beyond those of its parent. */
export function scopesOfField(type: string, field: string): readonly AccessScope[] | null {
  return RULES[`${type}.${field}`] ?? DEFAULTS[type] ?? null;
}

/** Checks each field's scopes before its resolver runs: the one place where scopes are checked. */
export function guardFields(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      guardField(type.name, field);
    }
  }
  return schema;
}

/** The same for one field. @param type the type's name in our own graph */
export function guardField(type: string, field: GraphQLField<unknown, unknown>): void {
  const required = scopesOfField(type, field.name);
  if (!required && field.args.length === 0) return;
  if (field.resolve) field.resolve = guarded(field.resolve, required);
  if (field.subscribe) field.subscribe = guarded(field.subscribe, required);
}

type Resolver = GraphQLFieldResolver<unknown, unknown>;

function guarded(resolve: Resolver, required: readonly AccessScope[] | null): Resolver {
  return (root, args, context, info) => {
    if (required) checkScopes((context as { principal: Principal }).principal, required);
    checkInputs(args);
    return resolve(root, args, context, info);
  };
}

/**
 * Checks that a principal has one of the scopes. The error says nothing about the requested object, which the caller may
 * not know to exist.
 *
 * @throws ProbelogError UNAUTHENTICATED for an anonymous caller, FORBIDDEN for any other
 */
export function checkScopes(principal: Principal, required: readonly AccessScope[]): void {
  if (allows(principal, required)) return;
  const scopes = required.map(scopeName).join(' or ');
  if (principal.kind === 'ANONYMOUS')
    throw new ProbelogError('UNAUTHENTICATED', `This requires a key or token with the scope ${scopes}.`);
  throw new ProbelogError(
    'FORBIDDEN',
    `This requires the scope ${scopes}, which this key or token does not have.`,
    {
      scopes: required.map(scopeName),
    },
  );
}
