import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  getVariableValues,
  isLeafType,
  Kind,
} from 'graphql';
// The ESM build loads a second copy of graphql.
import { type ComplexityEstimatorArgs, getComplexity } from 'graphql-query-complexity/cjs';
import { MAX_PAGE_SIZE } from '../pagination/pages.js';
import { isSearch, itemsOf, valueCostOf } from './field-costs.js';
import { tooComplex } from './limit-rules.js';
import type { OperationLimits } from './operation-limits.js';

const FIELD = 1;
const SEARCH = 20;
/** How many errors of bad variables to collect. Clients get the last one. */
const MAX_ERRORS = 50;
/** Characters of a search's texts that cost as much as a field. */
const TEXT_UNIT = 1_024;
/** The sizes of lists. A list of a variable is the same one wherever the variable is used. */
const listSizes = new WeakMap<readonly unknown[], number>();

/** One parsed request of a client. */
export interface ParsedOperation {
  document: DocumentNode;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
}

/** An operation to count. */
export interface CountedOperation extends ParsedOperation {
  schema: GraphQLSchema;
}

/**
 * Counts the most an operation can cost. A field with `first` costs that many times the cost of one item:
 * `logits(first: 100) { edges { node { similar(first: 100) { … } } } }` is 10,000 logits. `_entities` of a subgraph costs
 * as many times as it has references. A search costs once per concept: each concept is a text to encode, and a product
 * with every logit.
 */
export function costOf({ schema, document, operationName, variables }: CountedOperation): number {
  return getComplexity({
    schema,
    query: document,
    operationName: operationName ?? undefined,
    variables: variables ?? {},
    estimators: [estimate],
  });
}

/** The error of an operation that costs too much; null for any other. */
export function costError(
  operation: CountedOperation,
  { maxCost }: Pick<OperationLimits, 'maxCost'>,
): GraphQLError | null {
  try {
    const cost = costOf(operation);
    if (cost <= maxCost) return null;
    const originalError = tooComplex('cost', maxCost, cost);
    return new GraphQLError(originalError.message, { originalError });
  } catch (thrown) {
    if (!(thrown instanceof GraphQLError)) throw thrown;
    return badInput(thrown);
  }
}

/** Parts and characters of a shape. Longer ones are not worth remembering. */
const MAX_SHAPE_PARTS = 200;
const MAX_SHAPE_LENGTH = 1_000;

/**
 * All that the cost of a document depends on besides itself: the operation and its variables, whose texts count by their
 * length only. Variables that fit their types and have the same shape cost the same.
 *
 * @returns null for variables of many values or long names
 */
export function costShape({ operationName, variables }: ParsedOperation): string | null {
  const parts = [operationName ?? ''];
  const add = (value: unknown): boolean => {
    if (typeof value === 'string') parts.push(`"${Math.floor(value.length / TEXT_UNIT)}`);
    else if (typeof value !== 'object' || value === null) parts.push(`${value}`);
    else if (Array.isArray(value)) return addAll('[', value, add);
    else
      return addAll(
        '{',
        Object.keys(value),
        (name) => parts.push(`:${name}`) > 0 && add(Reflect.get(value, name)),
      );
    return true;
  };
  const addAll = <Item>(start: string, items: readonly Item[], addOne: (item: Item) => boolean): boolean => {
    parts.push(start);
    const isWhole = items.every((item) => parts.length < MAX_SHAPE_PARTS && addOne(item));
    parts.push('end');
    return isWhole;
  };
  const shape = add(variables ?? {}) ? JSON.stringify(parts) : null;
  return shape === null || shape.length > MAX_SHAPE_LENGTH ? null : shape;
}

/**
 * The error of variables that do not fit their types; null when all do. `getComplexity` would find it too, but it suggests
 * the names that a misspelled one may mean, and collects an error for each bad value of a list.
 */
export function variablesError(
  { schema, document, operationName, variables }: CountedOperation,
  { introspection }: Pick<OperationLimits, 'introspection'>,
): GraphQLError | null {
  const options = { hideSuggestions: !introspection, maxErrors: MAX_ERRORS };
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    if (typeof operationName === 'string' && operationName !== definition.name?.value) continue;
    const values = getVariableValues(schema, definition.variableDefinitions ?? [], variables ?? {}, options);
    const error = values.errors?.slice(0, MAX_ERRORS).at(-1);
    if (error) return badInput(error);
  }
  return null;
}

function badInput({ message, nodes }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { nodes, extensions: { code: 'BAD_USER_INPUT' } });
}

function estimate({ field, args, childComplexity }: ComplexityEstimatorArgs): number {
  const own = isSearch(field)
    ? SEARCH * conceptCount(args) + inputCost(withoutConcepts(args))
    : (valueCostOf(field) ?? FIELD);
  if (isLeafType(getNamedType(field.type))) return own;
  return own + itemCount(field, args) * childComplexity;
}

function itemCount(field: ComplexityEstimatorArgs['field'], { first, representations }: Arguments): number {
  const takes = (argument: string) => field.args.some(({ name }) => name === argument);
  if (takes('representations')) return Array.isArray(representations) ? representations.length : 1;
  if (!takes('first')) return itemsOf(field) ?? 1;
  // The resolver refuses anything but a number of 0 or more; here it counts as a full page.
  return typeof first === 'number' && first >= 0 ? Math.min(first, MAX_PAGE_SIZE) : MAX_PAGE_SIZE;
}

function conceptCount({ concepts, expression }: Arguments): number {
  const { all, any, none } = (expression ?? {}) as { all?: unknown; any?: unknown; none?: unknown };
  const lists = [concepts, all, any, none].map((list) => (Array.isArray(list) ? list.length : 0));
  return Math.max(
    1,
    lists.reduce((sum, length) => sum + length, 0),
  );
}

/**
 * What the arguments of a search add: each is checked and sent again for each item of the list around the search.
 *
 * Threat model: with `similar(filter: …)` of 100 logits under 15 aliases, a variable of 200 texts was read 1,500 times.
 */
function inputCost(value: unknown): number {
  if (typeof value === 'string') return Math.floor(value.length / TEXT_UNIT);
  if (typeof value !== 'object' || value === null) return 0;
  if (!Array.isArray(value)) return Object.values(value).reduce((sum, field) => sum + inputCost(field), 0);
  const known = listSizes.get(value);
  const size = known ?? value.reduce<number>((sum, item) => sum + 1 + inputCost(item), 0);
  listSizes.set(value, size);
  return size;
}

/** Concepts are counted as such. */
function withoutConcepts({ concepts, expression, ...others }: Arguments): object {
  return others;
}

type Arguments = {
  first?: unknown;
  representations?: unknown;
  concepts?: unknown;
  expression?: unknown;
};
