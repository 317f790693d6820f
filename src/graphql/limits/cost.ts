import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  getVariableValues,
  isLeafType,
  Kind,
} from 'graphql';
// Its other form loads a second graphql beside ours.
import { type ComplexityEstimatorArgs, getComplexity } from 'graphql-query-complexity/cjs';
import { MAX_PAGE_SIZE } from '../pagination/check-first.js';
import type { OperationLimits } from './operation-limits.js';
import { tooComplex } from './rules.js';
import { isSearch } from './search-cost.js';

const FIELD = 1;
const SEARCH = 20;

/** An operation whose cost is to be known. */
export interface CountedOperation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
}

/**
 * What an operation costs at the most. A field that takes `first` costs that many times what is asked of each item:
 * `logits(first: 100) { edges { node { similar(first: 100) { … } } } }` is 10,000 logits. So does a subgraph's `_entities`, by
 * its references. A search costs as often as it has concepts: each is a text to encode, and a product with every logit.
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

/**
 * The error of an operation that costs too much, or whose cost cannot be told because its variables are not what it says;
 * null for any other.
 */
export function costError(
  operation: CountedOperation,
  { maxCost: most, introspection }: Pick<OperationLimits, 'maxCost' | 'introspection'>,
): GraphQLError | null {
  const extensions = { http: { status: 400 } };
  try {
    checkVariables(operation, { hideSuggestions: !introspection });
    const cost = costOf(operation);
    if (cost <= most) return null;
    const originalError = tooComplex('cost', most, cost);
    return new GraphQLError(originalError.message, { originalError, extensions });
  } catch (thrown) {
    if (!(thrown instanceof GraphQLError)) throw thrown;
    return new GraphQLError(thrown.message, {
      nodes: thrown.nodes,
      extensions: { ...extensions, code: 'BAD_USER_INPUT' },
    });
  }
}

/** As the count of the cost does, which tells what a misspelt name may have meant. @throws GraphQLError */
function checkVariables(
  { schema, document, operationName, variables }: CountedOperation,
  options: { hideSuggestions: boolean },
): void {
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    if (typeof operationName === 'string' && operationName !== definition.name?.value) continue;
    const given = getVariableValues(schema, definition.variableDefinitions ?? [], variables ?? {}, options);
    const wrong = given.errors?.at(-1);
    if (wrong) throw wrong;
  }
}

function estimate({ field, args, childComplexity }: ComplexityEstimatorArgs): number {
  const own = isSearch(field) ? SEARCH * conceptsOf(args) : FIELD;
  if (isLeafType(getNamedType(field.type))) return own;
  return own + itemsOf(field, args) * childComplexity;
}

function itemsOf(field: ComplexityEstimatorArgs['field'], { first, representations }: Arguments): number {
  const takes = (argument: string) => field.args.some(({ name }) => name === argument);
  // Of a subgraph's `_entities`.
  if (takes('representations')) return Array.isArray(representations) ? representations.length : 1;
  if (!takes('first')) return 1;
  // What is no number is refused when it is resolved; until then it counts as the most.
  return typeof first === 'number' && first >= 0 ? Math.min(first, MAX_PAGE_SIZE) : MAX_PAGE_SIZE;
}

function conceptsOf({ concepts, expression }: Arguments): number {
  const { all, any, none } = (expression ?? {}) as { all?: unknown; any?: unknown; none?: unknown };
  const lists = [concepts, all, any, none].map((list) => (Array.isArray(list) ? list.length : 0));
  return Math.max(
    1,
    lists.reduce((sum, length) => sum + length, 0),
  );
}

type Arguments = { first?: unknown; representations?: unknown; concepts?: unknown; expression?: unknown };
