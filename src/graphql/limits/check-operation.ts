import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { costError } from './cost.js';
import type { OperationLimits } from './operation-limits.js';
import { limitRules } from './rules.js';

/** An operation that came by another way than HTTP, where Apollo Server does the same. */
export interface SentOperation {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
}

/**
 * Parses an operation and holds it to the limits.
 *
 * @returns the document, or what is wrong with it
 */
export function checkOperation(
  schema: GraphQLSchema,
  { query, operationName, variables }: SentOperation,
  limits: OperationLimits,
): DocumentNode | readonly GraphQLError[] {
  try {
    const document = parse(query, { maxTokens: limits.maxTokens });
    const rules = [...specifiedRules, ...limitRules(limits)];
    if (!limits.introspection) rules.push(NoSchemaIntrospectionCustomRule);
    const errors = validate(schema, document, rules, { hideSuggestions: !limits.introspection });
    if (errors.length > 0) return errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
    const costly = costError({ schema, document, operationName, variables }, limits);
    return costly ? [costly] : document;
  } catch (thrown) {
    if (thrown instanceof GraphQLError) return [withCode(thrown, 'GRAPHQL_PARSE_FAILED')];
    if (!(thrown instanceof Error)) throw thrown;
    return [new GraphQLError(thrown.message, { originalError: thrown })];
  }
}

/** As Apollo Server calls it, unless it has a code already. */
function withCode(error: GraphQLError, code: string): GraphQLError {
  error.extensions.code ??= code;
  return error;
}
