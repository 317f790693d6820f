import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
} from 'graphql';

/** One place of the schema that takes values: an argument without fields of its own, or a field inside an argument. */
export interface InputPosition {
  /** Such as `Query.logits(filter.models)`. */
  name: string;
  kind: 'query' | 'mutation' | 'subscription';
  isList: boolean;
  /** A value that its type takes. */
  valid: unknown;
  /** An operation that reaches it, with the variable `v` for the argument. */
  query: string;
  /** The variable's value, with a value at the position. */
  variable(value: unknown): unknown;
}

/** Values that lead to objects that exist, by `Type.field.argument`, or by the argument's name. */
export type Samples = Readonly<Record<string, unknown>>;

interface Step {
  /** Text before the next selection, such as `logits(concept: "dog") { edges { node {`. */
  opening: string;
  closing: string;
  kind: InputPosition['kind'];
}

/** Every position of a schema at which an operation can send a value, each with an operation that reaches it. */
export function inputPositions(schema: GraphQLSchema, samples: Samples): InputPosition[] {
  const reached = pathsFrom(schema, samples);
  return [...reached].flatMap(([type, step]) =>
    Object.values(type.getFields()).flatMap((field) =>
      field.args.flatMap((argument) => positionsOf(type, field, argument, step, samples)),
    ),
  );
}

/** The shortest way from a root to each object type. */
function pathsFrom(schema: GraphQLSchema, samples: Samples): Map<GraphQLObjectType, Step> {
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ] as const;
  const reached = new Map<GraphQLObjectType, Step>();
  for (const [kind, root] of roots) if (root) reached.set(root, { opening: '', closing: '', kind });
  for (const [type, { opening, closing, kind }] of reached) {
    if (kind !== 'query') continue;
    for (const field of Object.values(type.getFields())) {
      const next = getNamedType(field.type);
      if (!isObjectType(next) || reached.has(next)) continue;
      const call = `${field.name}${argumentsOf(type, field, samples)}`;
      reached.set(next, { opening: `${opening}${call} { `, closing: ` }${closing}`, kind });
    }
  }
  return reached;
}

function positionsOf(
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  argument: GraphQLArgument,
  { opening, closing, kind }: Step,
  samples: Samples,
): InputPosition[] {
  const call = `${field.name}${argumentsOf(type, field, samples, argument)}`;
  const selection = isLeafType(getNamedType(field.type)) ? '' : ` { ${leafOf(getNamedType(field.type))} }`;
  const query = `${kind} Q($v: ${argument.type}) { ${opening}${call}${selection}${closing} }`;
  return leavesOf(argument.type, argument.name, samples).map((leaf) => ({
    name: `${type.name}.${field.name}(${leaf.path.join('.')})`,
    kind,
    isList: leaf.isList,
    valid: leaf.valid,
    query,
    variable: leaf.around,
  }));
}

/** The required arguments, and those of which one is required, with the one under attack as a variable. */
function argumentsOf(
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  samples: Samples,
  attacked?: GraphQLArgument,
): string {
  const given = field.args.flatMap((argument) => {
    if (argument === attacked) return [`${argument.name}: $v`];
    const own = samples[`${type.name}.${field.name}.${argument.name}`];
    if (own !== undefined && !isAlternative(type, field, argument, attacked))
      return [`${argument.name}: ${JSON.stringify(own)}`];
    if (!isRequiredArgument(argument)) return [];
    return [`${argument.name}: ${literal(sampleOf(argument.type, argument.name, samples))}`];
  });
  return given.length === 0 ? '' : `(${given.join(', ')})`;
}

/** Arguments of which an operation gives only one. */
const ALTERNATIVES = ['id', 'name', 'concept', 'concepts', 'expression', 'image', 'prefix'];

function isAlternative(
  _type: GraphQLObjectType,
  _field: GraphQLField<unknown, unknown>,
  argument: GraphQLArgument,
  attacked: GraphQLArgument | undefined,
): boolean {
  return (
    attacked !== undefined && ALTERNATIVES.includes(argument.name) && ALTERNATIVES.includes(attacked.name)
  );
}

interface Leaf {
  path: string[];
  isList: boolean;
  valid: unknown;
  around(value: unknown): unknown;
}

function leavesOf(type: GraphQLInputType, name: string, samples: Samples): Leaf[] {
  const named = getNamedType(type);
  const isList = isListType(isNonNullType(type) ? type.ofType : type);
  if (!isInputObjectType(named))
    return [
      {
        path: [name],
        isList,
        valid: sampleOf(named as GraphQLInputType, name, samples),
        around: (value) => value,
      },
    ];
  const fields = Object.values(named.getFields());
  return fields.flatMap((field) =>
    leavesOf(field.type, field.name, samples).map((leaf) => ({
      ...leaf,
      path: [name, ...leaf.path],
      around: (value: unknown) => ({ ...required(fields, samples, field), [field.name]: leaf.around(value) }),
    })),
  );
}

function required(fields: GraphQLInputField[], samples: Samples, except?: GraphQLInputField): object {
  return Object.fromEntries(
    fields
      .filter((field) => field !== except && isRequiredInputField(field))
      .map((field) => [field.name, sampleOf(field.type, field.name, samples)]),
  );
}

function sampleOf(type: GraphQLInputType, name: string, samples: Samples): unknown {
  if (isNonNullType(type)) return sampleOf(type.ofType, name, samples);
  if (isListType(type)) return [sampleOf(type.ofType, name, samples)];
  if (isEnumType(type)) return type.getValues()[0].name;
  if (isInputObjectType(type)) return required(Object.values(type.getFields()), samples);
  if (name in samples) return samples[name];
  const byType: Record<string, unknown> = {
    Int: 1,
    Float: 0.5,
    Boolean: true,
    DateTimeISO: '2026-11-30T00:00:00Z',
  };
  return byType[type.name] ?? 'x';
}

/** A value as GraphQL writes it; enums are written without quotes, which no required argument is. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, item]) => `${key}: ${literal(item)}`)
    .join(', ')} }`;
}

function leafOf(type: GraphQLNamedType): string {
  return isUnionType(type) || !isObjectType(type) ? '__typename' : '__typename';
}
