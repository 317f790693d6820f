import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  getIntrospectionQuery,
  getOperationAST,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
  parse,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { ParsedOperation } from './cost.js';
import { tooComplex } from './limit-rules.js';

/** How many times an operation may read the whole schema. */
const MAX_READINGS = 2;
/** The fields with which an operation reads the schema. */
const ROOTS: readonly string[] = ['__schema', '__type'];
/** Fields of a type that keep to the list of all types; every other one leads to one type. */
const PARTS: readonly string[] = ['directives', 'fields', 'args', 'inputFields', 'enumValues'];
/** Tools ask for nine levels of list and non-null types. Hardly a type has three. */
const WRAPPED_SHARE = 0.3;

/** How long a list is: on average over all types, and at most. */
interface ListSize {
  mean: number;
  max: number;
}

/**
 * Limits what operations read of the schema: counted in fields of the answer, with the lengths that this schema's lists
 * have. The limit is not that of other costs, which may be set lower than what tools read at once.
 *
 * Threat model: the answer is computed in one go, 12 ms for what tools ask. With aliases and nested lists, one operation
 * would ask for a thousand times as much.
 *
 * @returns a check that gives the error of a valid operation
 */
export function introspectionCheck(
  schema: GraphQLSchema,
): (operation: ParsedOperation) => GraphQLError | null {
  const sizes = listSizes(schema);
  const most = MAX_READINGS * costOf(wholeSchema(), null, sizes);
  return ({ document, operationName }) => {
    const found = costOf(document, operationName, sizes);
    if (found <= most) return null;
    const originalError = tooComplex('introspection', Math.floor(most), Math.ceil(found));
    return new GraphQLError(originalError.message, { originalError });
  };
}

function costOf(
  document: DocumentNode,
  operationName: string | null | undefined,
  sizes: Readonly<Record<string, ListSize>>,
): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);

  /** Costs that are known, by reader. */
  const known = { OPERATION: new Map(), ALL: new Map(), ONE: new Map() } satisfies Record<
    string,
    Map<SelectionSetNode, number>
  >;
  /**
   * Each set is counted once for each reader, however many places use it: fragments that use the next one twice would be
   * counted 2ⁿ times. Fields that are not executed (`@skip`) count here, and only here.
   *
   * @param reader whether the fields are those of the operation itself, of all types, or of one
   */
  const costIn = (set: SelectionSetNode | undefined, reader: keyof typeof known): number => {
    if (!set) return 0;
    const cost =
      known[reader].get(set) ??
      set.selections.reduce((sum, selection) => sum + costOfOne(selection, reader), 0);
    known[reader].set(set, cost);
    return cost;
  };
  const costOfOne = (selection: SelectionNode, reader: keyof typeof known): number => {
    if (selection.kind === Kind.FRAGMENT_SPREAD)
      return costIn(fragments.get(selection.name.value)?.selectionSet, reader);
    if (selection.kind === Kind.INLINE_FRAGMENT) return costIn(selection.selectionSet, reader);
    const name = selection.name.value;
    if (reader === 'OPERATION' && !ROOTS.includes(name)) return 0;
    const size = sizes[name]?.[reader === 'ALL' ? 'mean' : 'max'] ?? 1;
    const next = name === 'types' || (reader === 'ALL' && PARTS.includes(name)) ? 'ALL' : 'ONE';
    return 1 + size * costIn(selection.selectionSet, next);
  };

  return costIn(getOperationAST(document, operationName)?.selectionSet, 'OPERATION');
}

function wholeSchema(): DocumentNode {
  const everything = {
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  };
  return parse(getIntrospectionQuery(everything));
}

function listSizes(schema: GraphQLSchema): Readonly<Record<string, ListSize>> {
  const types = Object.values(schema.getTypeMap());
  const fields = types.map((type) =>
    isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [],
  );
  const args = fields.flat().map((field) => field.args.length);
  const inputFields = types.map((type) =>
    isInputObjectType(type) ? Object.keys(type.getFields()).length : 0,
  );
  const enumValues = types.map((type) => (isEnumType(type) ? type.getValues().length : 0));
  const interfaces = types.map((type) =>
    isObjectType(type) || isInterfaceType(type) ? type.getInterfaces().length : 0,
  );
  const possibleTypes = types.map((type) =>
    isUnionType(type) || isInterfaceType(type) ? schema.getPossibleTypes(type).length : 0,
  );
  return {
    types: sizeOf([types.length]),
    directives: sizeOf([schema.getDirectives().length]),
    fields: sizeOf(fields.map((own) => own.length)),
    args: sizeOf(args),
    inputFields: sizeOf(inputFields),
    enumValues: sizeOf(enumValues),
    interfaces: sizeOf(interfaces),
    possibleTypes: sizeOf(possibleTypes),
    ofType: { mean: WRAPPED_SHARE, max: WRAPPED_SHARE },
  };
}

function sizeOf(counts: number[]): ListSize {
  return { mean: counts.reduce((sum, count) => sum + count, 0) / counts.length, max: Math.max(1, ...counts) };
}
