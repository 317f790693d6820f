import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';

/** A place in a schema that takes a text, with the operation that puts one there. */
export interface TextPlace {
  /** Such as `Query.models(filter.tag.key)`. */
  name: string;
  /** Such as `ID`. */
  type: string;
  operation: 'query' | 'mutation' | 'subscription';
  query: string;
  variables(text: string): Record<string, unknown>;
}

/**
 * Values for what must be given beside the text: by the name of the field and of its argument. PreparedQuery again for each text, so
 * that ids may be known later.
 */
export type Given = (field: string, argument: string) => unknown;

const TEXTS = new Set(['String', 'ID', 'DateTimeISO', 'JSON']);
const PLAIN: Record<string, unknown> = {
  Int: 1,
  Float: 1,
  Boolean: false,
  DateTimeISO: '2001-01-01T00:00:00Z',
  JSON: {},
};

/** Every argument, and every field within one, that takes a text: of all fields that an operation can reach. */
export function textPlaces(schema: GraphQLSchema, given: Given): TextPlace[] {
  const places: TextPlace[] = [];
  for (const { type, way, operation } of ways(schema)) {
    for (const field of Object.values(type.getFields())) {
      for (const { name, type: argumentType } of field.args) {
        for (const { path, put, leaf } of textsIn(argumentType, 0)) {
          const step = { field, argument: { name, put } };
          const inner = [name, ...path].join('.');
          places.push({
            name: `${type.name}.${field.name}(${inner})`,
            type: leaf,
            operation,
            ...operationOf(operation, [...way, step], given),
          });
        }
      }
    }
  }
  return places;
}

type Put = (text: string) => unknown;
type Step = { field: GraphQLField<unknown, unknown>; argument?: { name: string; put: Put } };
type Way = { type: GraphQLObjectType; way: Step[]; operation: TextPlace['operation'] };

/** The shortest way from an operation's root to each type of object. */
function ways(schema: GraphQLSchema): Way[] {
  const found = new Map<GraphQLObjectType, Way>();
  const left: Way[] = [];
  const roots = { query: schema.getQueryType(), mutation: schema.getMutationType() };
  const visit = (way: Way) => {
    if (found.has(way.type)) return;
    found.set(way.type, way);
    left.push(way);
  };
  for (const [operation, type] of Object.entries({ ...roots, subscription: schema.getSubscriptionType() }))
    if (type) visit({ type, way: [], operation: operation as TextPlace['operation'] });
  for (let next = left.shift(); next; next = left.shift()) {
    const { type, way, operation } = next;
    for (const field of Object.values(type.getFields())) {
      const inner = getNamedType(field.type);
      if (isObjectType(inner)) visit({ type: inner, way: [...way, { field }], operation });
    }
  }
  return [...found.values()];
}

/** Where a type takes a text, and how a value is made that has it there. */
function textsIn(type: GraphQLInputType, depth: number): { path: string[]; put: Put; leaf: string }[] {
  if (isNonNullType(type)) return textsIn(type.ofType, depth);
  if (isListType(type))
    return textsIn(type.ofType, depth).map(({ put, ...rest }) => ({ ...rest, put: (text) => [put(text)] }));
  if (!isInputObjectType(type))
    return TEXTS.has(type.name) ? [{ path: [], put: (text) => text, leaf: type.name }] : [];
  // Inputs that hold themselves would go on for ever.
  if (depth > 3) return [];
  const fields = Object.values(type.getFields());
  return fields.flatMap((field) =>
    textsIn(field.type, depth + 1).map(({ path, put, leaf }) => ({
      leaf,
      path: [field.name, ...path],
      put: (text: string) => ({
        ...Object.fromEntries(
          fields
            .filter((other) => other !== field && isRequiredInputField(other))
            .map((other) => [other.name, filler(other.type)]),
        ),
        [field.name]: put(text),
      }),
    })),
  );
}

let fillers = 0;
/** Something valid; texts differ each time, so that no name is taken. */
function filler(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return filler(type.ofType);
  if (isListType(type)) return [filler(type.ofType)];
  if (isEnumType(type)) return type.getValues()[0].name;
  if (!isInputObjectType(type)) return PLAIN[type.name] ?? `filler-${++fillers}`;
  const required = Object.values(type.getFields()).filter(isRequiredInputField);
  return Object.fromEntries(required.map((field) => [field.name, filler(field.type)]));
}

/** The fields of a result: its number, where it has one. */
function countOf(type: GraphQLNamedType): string {
  if (isInterfaceType(type)) return '{ __typename id }';
  if (!isObjectType(type)) return '';
  return `{ __typename ${type.getFields().totalCount ? 'totalCount' : ''} }`;
}

function operationOf(operation: TextPlace['operation'], way: Step[], given: Given) {
  const declared: string[] = [];
  const makers: [string, Put][] = [];
  let inner = '';
  for (const [depth, { field, argument }] of [...way.entries()].reverse()) {
    const passed: string[] = [];
    for (const { name, type, ...rest } of field.args) {
      const isHere = argument?.name === name;
      const isOptional = !isRequiredArgument({ name, type, ...rest });
      if (!isHere && isOptional && given(field.name, name) === undefined) continue;
      const variable = `v${depth}_${name}`;
      declared.push(`$${variable}: ${type}`);
      passed.push(`${name}: $${variable}`);
      makers.push([
        variable,
        isHere && argument ? argument.put : () => given(field.name, name) ?? filler(type),
      ]);
    }
    if (inner === '') inner = countOf(getNamedType(field.type));
    inner = `{ ${field.name}${passed.length > 0 ? `(${passed.join(', ')})` : ''} ${inner} }`;
  }
  return {
    query: `${operation} Q(${declared.join(', ')}) ${inner}`,
    variables: (text: string) => Object.fromEntries(makers.map(([variable, put]) => [variable, put(text)])),
  };
}
