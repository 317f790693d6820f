import { setImmediate as nextTurn } from 'node:timers/promises';
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
import { LRUCache } from 'lru-cache';
import { ProbelogError } from '../../errors/index.js';
import { type CountedOperation, costError, costShape, type ParsedOperation, variablesError } from './cost.js';
import { expandedSizeError } from './expanded-size.js';
import { checkInputs, variableUses } from './input-limits.js';
import { introspectionCheck } from './introspection-cost.js';
import { limitRules, tooComplex } from './limit-rules.js';
import { mergedFieldsError } from './merged-fields.js';
import type { OperationLimits } from './operation-limits.js';

/** How operations are parsed, by whichever library does it. */
export function parseOptions({ maxTokens }: Pick<OperationLimits, 'maxTokens'>): ParseOptions {
  return { maxTokens };
}

/** Mean length of a token. Texts that people and tools write have five characters for each. */
const TOKEN_LENGTH = 64;

/**
 * Limits the length of an operation's text before it is parsed: comments, blanks and long names are no further tokens.
 *
 * @throws ProbelogError OPERATION_TOO_COMPLEX
 */
export function checkText(query: string, { maxTokens }: Pick<OperationLimits, 'maxTokens'>): void {
  const most = maxTokens * TOKEN_LENGTH;
  if (query.length > most) throw tooComplex('text', most, query.length);
}

/** @returns the document, or the syntax error that keeps it from being one. @throws as {@link checkText} */
export function parseOperation(query: string, limits: OperationLimits): DocumentNode | GraphQLError {
  checkText(query, limits);
  try {
    return parse(query, parseOptions(limits));
  } catch (thrown) {
    if (thrown instanceof GraphQLError) return withCode(thrown, 'GRAPHQL_PARSE_FAILED');
    throw thrown;
  }
}

/** Operations whose cost is known, over all documents: with the longest shapes, some megabytes. */
const MAX_COSTS = 10_000;

/** A document that passed validation. */
interface ValidDocument {
  id: number;
  uses: ReturnType<typeof variableUses>;
  /** The names of its operations that read little enough of the schema; that does not depend on variables. */
  readsLittle: Set<string | null | undefined>;
}

/**
 * Checks parsed operations against the schema and the limits. A document that passed validation once is not validated
 * again. Its variables are checked each time, and its cost is counted once for each {@link costShape} of them.
 *
 * @returns a check that gives the errors of an operation; none when it may run
 */
export function operationCheck(
  schema: GraphQLSchema,
  limits: OperationLimits,
): (operation: ParsedOperation) => Promise<readonly GraphQLError[]> {
  const { introspection } = limits;
  const rules = [...specifiedRules, ...limitRules(limits)];
  if (!introspection) rules.push(NoSchemaIntrospectionCustomRule);
  const checkIntrospection = introspectionCheck(schema);
  const valid = new WeakMap<DocumentNode, ValidDocument>();
  let documents = 0;
  const affordable = new LRUCache<string, true>({ max: MAX_COSTS });

  function costErrorOnce({ id }: ValidDocument, operation: CountedOperation): GraphQLError | null {
    const shape = costShape(operation);
    const key = shape === null ? null : `${id} ${shape}`;
    if (key !== null && affordable.has(key)) return null;
    const error = costError(operation, limits);
    if (key !== null && !error) affordable.set(key, true);
    return error;
  }

  function introspectionErrorOnce(
    { readsLittle }: ValidDocument,
    operation: CountedOperation,
  ): GraphQLError | null {
    if (readsLittle.has(operation.operationName)) return null;
    const error = checkIntrospection(operation);
    if (!error) readsLittle.add(operation.operationName);
    return error;
  }

  return async ({ document, operationName, variables }) => {
    const breaks = turnBreaks();
    let checked = valid.get(document);
    if (!checked) {
      const tooManyFields = mergedFieldsError(document);
      if (tooManyFields) return [tooManyFields];
      const errors = validate(schema, document, rules, { hideSuggestions: !introspection });
      if (errors.length > 0) return errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
      const tooLarge = expandedSizeError(document);
      if (tooLarge) return [tooLarge];
      checked = { id: documents++, uses: variableUses(document), readsLittle: new Set() };
      valid.set(document, checked);
    }
    const known = checked;
    if (!getOperationAST(document, operationName)) return [noOperation(document, operationName)];
    const operation = { document, operationName, variables, schema };
    const checks = [
      () => lengthError(variables, known.uses),
      () => variablesError(operation, limits),
      () => costErrorOnce(known, operation),
      () => introspectionErrorOnce(known, operation),
    ];
    for (const check of checks) {
      await breaks();
      const error = check();
      if (error) return [error];
    }
    await breaks();
    return [];
  };
}

/** A turn of the event loop that took longer ends before the next piece of work. */
const TURN_MS = 5;

/** Ends the turn of the event loop between two pieces of work, if it has taken long: as for many variables. */
function turnBreaks(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < TURN_MS) return;
    await nextTurn();
    since = performance.now();
  };
}

/** The error of variables that are too long for what they are used for: found before they are coerced. */
function lengthError(
  variables: ParsedOperation['variables'],
  uses: ReturnType<typeof variableUses>,
): GraphQLError | null {
  try {
    for (const [variable, value] of Object.entries(variables ?? {}))
      for (const argument of uses.get(variable) ?? []) checkInputs({ [argument]: value });
    return null;
  } catch (thrown) {
    if (!(thrown instanceof ProbelogError)) throw thrown;
    return new GraphQLError(thrown.message, { originalError: thrown });
  }
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
