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
import { isSearch, itemsOf } from './field-costs.js';
import { tooComplex } from './limit-rules.js';
import type { OperationLimits } from './operation-limits.js';

const FIELD = 1;
const SEARCH = 20;
/** How many errors of bad variables to collect. Clients get the last one. */
const MAX_ERRORS = 50;
/** Characters of an image's text that cost as much as a field. */
const IMAGE_UNIT = 1_024;

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
  const own = isSearch(field) ? SEARCH * conceptCount(args) + imageCost(args) : FIELD;
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

function imageCost({ image }: Arguments): number {
  return typeof image === 'string' ? Math.ceil(image.length / IMAGE_UNIT) : 0;
}

type Arguments = {
  first?: unknown;
  representations?: unknown;
  concepts?: unknown;
  expression?: unknown;
  image?: unknown;
};
