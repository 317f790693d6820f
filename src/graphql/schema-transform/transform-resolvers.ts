import {
  defaultFieldResolver,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLScalarType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';
import type { ModelRecord } from '../../store/index.js';
import type { Context } from '../schema/context.js';
import {
  ADDED_FIELDS,
  type GraphNames,
  isTransformedField,
  isTransformedType,
  MODEL,
} from './graph-names.js';

/** Resolves a field in another graph's execution. */
export type TransformedResolver = (
  parent: unknown,
  args: Record<string, unknown>,
  context: unknown,
  info: GraphQLResolveInfo,
) => unknown;

/** Resolvers by the names of types and fields. */
export type TransformedResolvers = Record<
  string,
  | Record<string, TransformedResolver | { subscribe: TransformedResolver; resolve: TransformedResolver }>
  | GraphQLScalarType
>;

/** How our resolvers run in the other graph. */
export interface Meeting {
  /** Our part of what is called the context there. */
  context(theirs: unknown): Context;
  /** What is thrown for an error of ours. */
  error(thrown: unknown): unknown;
  /** With a model type of theirs: from their object to our record, and back. */
  model?: {
    record(parent: unknown, context: unknown): Promise<ModelRecord | null>;
    node(record: ModelRecord, context: unknown): unknown;
  };
}

/** Our schema's resolvers under other names, for another graph. Enums need none: their values are their names. */
export function transformResolvers(
  schema: GraphQLSchema,
  names: GraphNames,
  meeting: Meeting,
): TransformedResolvers {
  const resolvers: TransformedResolvers = {};
  for (const type of Object.values(schema.getTypeMap())) {
    if (isScalarType(type) && !isSpecifiedScalarType(type)) resolvers[names.type(type.name)] = type;
    if (!isObjectType(type) || type.name.startsWith('__') || !isTransformedType(type.name)) continue;
    resolvers[names.type(type.name)] = fieldResolvers(type, names, meeting);
  }
  return resolvers;
}

function fieldResolvers(type: GraphQLObjectType, names: GraphNames, meeting: Meeting) {
  const fields = Object.values(type.getFields()).filter(
    ({ name }) =>
      isTransformedField(type.name, name) &&
      (!meeting.model || type.name !== MODEL || ADDED_FIELDS.includes(name)),
  );
  return Object.fromEntries(
    fields.map((field) => {
      let resolve = call(field.resolve ?? defaultFieldResolver, meeting);
      if (type.name === MODEL) resolve = onTheirModel(resolve, meeting);
      if (getNamedType(field.type).name === MODEL) resolve = asTheirModel(resolve, meeting);
      const subscribe = field.subscribe && call(field.subscribe, meeting);
      return [names.field(type.name, field.name), subscribe ? { subscribe, resolve } : resolve];
    }),
  );
}

function call(resolve: GraphQLFieldResolver<unknown, Context>, meeting: Meeting): TransformedResolver {
  return (parent, args, context, info) => {
    try {
      const value = resolve(parent, args, meeting.context(context), info);
      return value instanceof Promise ? value.catch(fail) : value;
    } catch (thrown) {
      return fail(thrown);
    }
  };

  function fail(thrown: unknown): never {
    throw meeting.error(thrown);
  }
}

/** Answers for an object of theirs; null when it was never registered here. */
function onTheirModel(resolve: TransformedResolver, { model, error }: Meeting): TransformedResolver {
  if (!model) return resolve;
  return async (parent, args, context, info) => {
    const record = await model.record(parent, context).catch((thrown) => {
      throw error(thrown);
    });
    return record && resolve(record, args, context, info);
  };
}

/** What a field gives as our record becomes what the model version is in their graph. */
function asTheirModel(resolve: TransformedResolver, { model }: Meeting): TransformedResolver {
  if (!model) return resolve;
  return async (parent, args, context, info) => {
    const record = (await resolve(parent, args, context, info)) as ModelRecord | null | undefined;
    return record && model.node(record, context);
  };
}
