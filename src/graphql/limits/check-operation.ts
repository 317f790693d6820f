import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type ParseOptions,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { costError, type ParsedOperation } from './cost.js';
import { limitRules } from './limit-rules.js';
import type { OperationLimits } from './operation-limits.js';

/** How operations are parsed, by whichever library does it. */
export function parseOptions({ maxTokens }: Pick<OperationLimits, 'maxTokens'>): ParseOptions {
  return { maxTokens };
}

/** @returns the document, or the syntax error that keeps it from being one */
export function parseOperation(query: string, limits: OperationLimits): DocumentNode | GraphQLError {
  try {
    return parse(query, parseOptions(limits));
  } catch (thrown) {
    if (thrown instanceof GraphQLError) return withCode(thrown, 'GRAPHQL_PARSE_FAILED');
    throw thrown;
  }
}

/**
 * Checks parsed operations against the schema and the limits. A document that passed validation once is not validated
 * again; its cost is counted each time, because it depends on the variables.
 *
 * @returns a check that gives the errors of an operation; none when it may run
 */
export function operationCheck(
  schema: GraphQLSchema,
  limits: OperationLimits,
): (operation: ParsedOperation) => readonly GraphQLError[] {
  const { introspection } = limits;
  const rules = [...specifiedRules, ...limitRules(limits)];
  if (!introspection) rules.push(NoSchemaIntrospectionCustomRule);
  const valid = new WeakSet<DocumentNode>();

  return ({ document, operationName, variables }) => {
    if (!valid.has(document)) {
      const errors = validate(schema, document, rules, { hideSuggestions: !introspection });
      if (errors.length > 0) return errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
      valid.add(document);
    }
    if (!getOperationAST(document, operationName)) return [noOperation(document, operationName)];
    const tooCostly = costError({ schema, document, operationName, variables }, limits);
    return tooCostly ? [tooCostly] : [];
  };
}

function noOperation({ definitions }: DocumentNode, name: string | null | undefined): GraphQLError {
  const hasOperation = definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const several = 'The document has several operations. Name one of them in operationName.';
  const message = name
    ? `The document has no operation named ${JSON.stringify(name.slice(0, 100))}.`
    : several;
  return withCode(
    new GraphQLError(hasOperation ? message : 'The document has no operation. Add a query or a mutation.'),
    'OPERATION_RESOLUTION_FAILURE',
  );
}

/** Adds the code that Apollo Server gives to such errors, unless the error has one. */
function withCode(error: GraphQLError, code: string): GraphQLError {
  error.extensions.code ??= code;
  return error;
}
