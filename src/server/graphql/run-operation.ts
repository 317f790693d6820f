import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { allows, type Principal } from '../../access/index.js';
import { ProbelogError } from '../../errors/index.js';
import {
  type Caller,
  createContext,
  formatError,
  operationCheck,
  parseOperation,
  type Services,
} from '../../graphql/index.js';
import { withDeadline as within } from '../../lib/deadline.js';
import type { ServerLimits } from '../server-limits.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { introspectionAnswers } from './introspection-answers.js';
import { mapEvents } from './map-events.js';
import { type PersistedOperations, readPersistedOperations } from './persisted-operations.js';
import { revalidateAuth } from './revalidate-auth.js';

/** How often the credentials of a subscription are checked while it has no events. */
const REVALIDATE_MS = 60_000;

/** Characters of all texts whose documents are kept. A document takes some forty times as many bytes. */
const MAX_KEPT_TEXT = 2 ** 19;

/** What operations run on. */
export interface OperationOptions {
  schema: GraphQLSchema;
  services: Services;
  limits: ServerLimits;
  /** Gets the details of internal errors, which clients do not. */
  log(message: string, details: object): void;
}

/** One operation as a client sent it. */
export interface SentOperation {
  query?: string | null;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
  extensions?: unknown;
}

/** The caller of one operation, which may last longer than the caller's key or token is valid. */
export interface OperationCaller extends Omit<Caller, 'principal'> {
  /** Checks the credentials again. @throws ProbelogError UNAUTHENTICATED, FORBIDDEN */
  currentPrincipal(): Promise<Principal>;
}

/** An operation that passed all checks. */
export interface AdmittedOperation extends ExecutionArgs {
  caller: OperationCaller;
  principal: Principal;
}

/**
 * Runs GraphQL operations: the one path for HTTP, server-sent events and WebSocket. A transport reads a request, calls
 * this, and writes the result in its protocol; it decides nothing about the operation.
 */
export interface OperationRunner {
  /** The text to run: with persisted operations the listed text, else the text sent. @throws ProbelogError OPERATION_UNKNOWN */
  textOf(sent: SentOperation): string;
  /**
   * Parses, validates and counts an operation.
   *
   * @param document the parsed operation, when the transport has it
   * @returns the errors of an operation that may not run
   * @throws ProbelogError UNAUTHENTICATED, FORBIDDEN, OPERATION_UNKNOWN
   */
  admit(
    caller: OperationCaller,
    sent: SentOperation,
    document?: DocumentNode,
  ): Promise<AdmittedOperation | readonly GraphQLError[]>;
  /**
   * Takes one of the places for operations and holds the work to the time limit.
   *
   * @param signal aborts the work when the client disconnects
   * @throws ProbelogError SERVER_BUSY, OPERATION_TIMEOUT
   */
  withinLimits<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Runs a query or mutation, inside {@link withinLimits}. */
  execute(operation: AdmittedOperation, signal?: AbortSignal): Promise<ExecutionResult>;
  /**
   * Starts a subscription. It ends when the caller's key or token is no longer valid. Each event runs like an operation
   * of its own, except that it waits for a place: an event cannot be sent again.
   */
  subscribe(
    operation: AdmittedOperation,
  ): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult>;
  /** Errors as clients get them; results have theirs in this form. */
  format(errors: readonly GraphQLError[]): GraphQLFormattedError[];
  /** The result of an operation that could not run. */
  failure(...thrown: unknown[]): ExecutionResult;
}

/** @throws ProbelogError CONFIG_INVALID when the list of persisted operations cannot be read */
export function operationRunner({ schema, services, limits, log }: OperationOptions): OperationRunner {
  const persisted: PersistedOperations | null =
    limits.persistedOperations === undefined ? null : readPersistedOperations(limits.persistedOperations);
  const places = new ConcurrencyLimit(limits.maxConcurrentOperations);
  const check = operationCheck(schema, limits);
  const answerOnce = introspectionAnswers();
  const parse = documentCache(limits);
  const format = (errors: readonly GraphQLError[]) =>
    errors.map((error) => formatError(error.toJSON(), error, log));
  // A formatted error has fewer fields than the libraries' type of a result, but all that are sent.
  const formatted = ({ errors, ...result }: ExecutionResult) =>
    (errors ? { ...result, errors: format(errors) } : result) as ExecutionResult;
  const failure = (...thrown: unknown[]) => formatted({ errors: thrown.map(asGraphqlError) });
  const textOf = ({ query, extensions }: SentOperation) =>
    persisted ? persisted.textOf({ query, hash: hashIn(extensions) }) : (query ?? '');

  return {
    textOf,
    async admit(caller, sent, parsed) {
      const principal = await caller.currentPrincipal();
      const document = parsed ?? parse(textOf(sent));
      if (document instanceof GraphQLError) return [document];
      const { operationName, variables } = sent;
      const errors = await check({ document, operationName, variables });
      if (errors.length > 0) return errors;
      return {
        schema,
        document,
        operationName,
        variableValues: variables,
        hideSuggestions: !limits.introspection,
        caller,
        principal,
      };
    },
    withinLimits: (signal, work) => places.run(() => withDeadline(limits.operationSeconds, signal, work)),
    async execute({ caller, principal, ...operation }, signal) {
      const contextValue = createContext(services, { ...caller, principal, signal });
      const run = async () => execute({ ...operation, contextValue });
      return formatted(await answerOnce(operation, run));
    },
    async subscribe({ caller, principal, ...operation }) {
      const contextValue = createContext(services, { ...caller, principal });
      const events = await createSourceEventStream({ ...operation, contextValue });
      if (!(Symbol.asyncIterator in events)) return formatted(events);
      const resultOf = async (rootValue: unknown, signal: AbortSignal): Promise<ExecutionResult> => {
        const current = { ...caller, principal: await caller.currentPrincipal(), signal };
        const result = await execute({
          ...operation,
          rootValue,
          contextValue: createContext(services, current),
        });
        return formatted(result);
      };
      const results = mapEvents(events, caller.signal, (event, signal) =>
        places
          .inTurn(
            () => withDeadline(limits.operationSeconds, signal, (ended) => resultOf(event, ended)),
            signal,
          )
          .catch(failure),
      );
      return revalidateAuth(results, () => checkMayAct(caller), REVALIDATE_MS);
    },
    format,
    failure,
  };
}

/** Parses texts, and keeps the documents of the last ones. With its document, validation and cost are known too. */
function documentCache(limits: ServerLimits): (text: string) => DocumentNode | GraphQLError {
  const documents = new LRUCache<string, DocumentNode>({
    maxSize: MAX_KEPT_TEXT,
    sizeCalculation: (_, text) => text.length,
  });
  return (text) => {
    const known = documents.get(text);
    if (known) return known;
    const document = parseOperation(text, limits);
    if (!(document instanceof GraphQLError)) documents.set(text, document);
    return document;
  };
}

/** Anything thrown, as a GraphQL error. */
export function asGraphqlError(thrown: unknown): GraphQLError {
  if (thrown instanceof GraphQLError) return thrown;
  return new GraphQLError('', {
    originalError: thrown instanceof Error ? thrown : new Error(String(thrown)),
  });
}

/** Whether a principal has any scope at all. */
export function hasAnyScope(principal: Principal): boolean {
  return allows(principal, ['READ', 'INGEST', 'ADMIN']);
}

async function checkMayAct({ currentPrincipal }: OperationCaller): Promise<void> {
  if (hasAnyScope(await currentPrincipal())) return;
  throw new ProbelogError('UNAUTHENTICATED', 'This server now requires a key or token.');
}

/** The SHA-256 that stands for an operation; undefined when there is none. */
function hashIn(extensions: unknown): string | undefined {
  const hash: unknown = (extensions as { persistedQuery?: { sha256Hash?: unknown } } | null | undefined)
    ?.persistedQuery?.sha256Hash;
  return typeof hash === 'string' ? hash : undefined;
}

/**
 * Works on an operation until it ends, its caller leaves, or `seconds` are over.
 *
 * @param signal aborts when the caller leaves
 * @throws ProbelogError OPERATION_TIMEOUT
 */
export function withDeadline<T>(
  seconds: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return within(seconds * 1000, () => timedOut(seconds), work, signal);
}

function timedOut(seconds: number): ProbelogError {
  return new ProbelogError(
    'OPERATION_TIMEOUT',
    `The operation took longer than ${seconds} s and was stopped.`,
    {
      seconds,
    },
  );
}
