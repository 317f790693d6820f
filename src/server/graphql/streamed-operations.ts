import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { allows, type Principal } from '../../access/index.js';
import { ProbelogError } from '../../errors/index.js';
import {
  type Caller,
  checkOperation,
  createContext,
  formatError,
  type Services,
} from '../../graphql/index.js';
import type { ServerLimits } from '../server-limits.js';
import type { ConcurrencyLimit } from './concurrency-limit.js';
import { mapEvents } from './map-events.js';
import type { PersistedOperations } from './persisted-operations.js';
import { revalidateAuth } from './revalidate-auth.js';
import { withDeadline } from './with-deadline.js';

/** How often it is asked, while nothing happens, whether who waits is still let in. */
const LOOK_EVERY_MS = 60_000;

/** What these operations are served with. */
export interface StreamedOptions {
  schema: GraphQLSchema;
  services: Services;
  limits: ServerLimits;
  atOnce: ConcurrencyLimit;
  /** Null: any operation is run. */
  persisted: PersistedOperations | null;
  /** Told of faults of ours. */
  log(message: string, details: object): void;
}

/** An operation as it was sent. */
export interface SentPayload {
  query?: string | null;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
  extensions?: unknown;
}

/** On whose behalf an operation is run. */
export interface Sender extends Omit<Caller, 'principal' | 'signal'> {
  /** Who it is now. @throws ProbelogError UNAUTHENTICATED, FORBIDDEN */
  principal(): Promise<Principal>;
  /** Ends what is done on its behalf once it does not wait any more. */
  gone?: AbortSignal;
}

/** An operation that was let in. */
export interface Admitted extends ExecutionArgs {
  caller: Caller;
  sender: Sender;
}

/** Operations whose answers may be many, by whichever way they came; the limits are those of a request over HTTP. */
export interface StreamedOperations {
  /** @returns what is wrong with it when it is not let in. @throws ProbelogError UNAUTHENTICATED, OPERATION_UNKNOWN */
  admit(sender: Sender, payload: SentPayload): Promise<Admitted | readonly GraphQLError[]>;
  /** A query or mutation, in the time and number that these may take. */
  execute(admitted: Admitted): Promise<ExecutionResult>;
  /**
   * The events of a subscription, which does not outlive the key or token of who asked for it. What is asked of each event is
   * an operation like any other, but for one thing: it waits for its place among those worked on, for it cannot come again.
   */
  subscribe(admitted: Admitted): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult>;
  /** What a client is told of errors. */
  tell(errors: readonly GraphQLError[]): GraphQLFormattedError[];
}

/** What Apollo Server does for a request over HTTP, for what it does not serve. */
export function streamedOperations(options: StreamedOptions): StreamedOperations {
  const { schema, services, limits, atOnce, persisted, log } = options;
  return {
    async admit(sender, payload) {
      const { principal: whoNow, gone: _, ...from } = sender;
      const principal = await whoNow();
      const { operationName, variables } = payload;
      const query = persisted
        ? persisted.textOf({ query: payload.query, hash: hashOf(payload) })
        : payload.query;
      const document = checkOperation(schema, { query: query ?? '', operationName, variables }, limits);
      if (!('kind' in document)) return document;
      const caller = { ...from, principal };
      return {
        schema,
        document,
        operationName,
        variableValues: variables,
        hideSuggestions: !limits.introspection,
        contextValue: createContext(services, caller),
        caller,
        sender,
      };
    },
    execute: ({ caller, sender: { gone }, ...operation }) =>
      atOnce
        .run(() =>
          withDeadline(limits.operationSeconds, gone, async (signal) =>
            execute({ ...operation, contextValue: createContext(services, { ...caller, signal }) }),
          ),
        )
        .catch(asResult),
    async subscribe({ caller, sender, ...operation }) {
      const events = await createSourceEventStream(operation);
      if (!(Symbol.asyncIterator in events)) return events;
      const answer = async (event: unknown, signal: AbortSignal): Promise<ExecutionResult> => {
        const now = { ...caller, principal: await sender.principal(), signal };
        return execute({ ...operation, rootValue: event, contextValue: createContext(services, now) });
      };
      const answers = mapEvents(events, sender.gone, (event, left) =>
        atOnce
          .inTurn(() => withDeadline(limits.operationSeconds, left, (signal) => answer(event, signal)), left)
          .catch(asResult),
      );
      return revalidateAuth(answers, () => checkIsSomebody(sender), LOOK_EVERY_MS);
    },
    tell: (errors) => errors.map((error) => formatError(error.toJSON(), error, log)),
  };
}

/** Anything thrown, as graphql puts it. */
export function asGraphqlError(thrown: unknown): GraphQLError {
  if (thrown instanceof GraphQLError) return thrown;
  return new GraphQLError('', {
    originalError: thrown instanceof Error ? thrown : new Error(String(thrown)),
  });
}

function asResult(thrown: unknown): ExecutionResult {
  return { errors: [asGraphqlError(thrown)] };
}

/** Whether somebody may do anything at all. */
export function isSomebody(principal: Principal): boolean {
  return allows(principal, ['READ', 'INGEST', 'ADMIN']);
}

async function checkIsSomebody({ principal }: Sender): Promise<void> {
  if (isSomebody(await principal())) return;
  throw new ProbelogError('UNAUTHENTICATED', 'This takes a key or token by now.');
}

/** Of an operation that is sent by its SHA-256. */
function hashOf({ extensions }: SentPayload): string | undefined {
  const hash: unknown = (extensions as { persistedQuery?: { sha256Hash?: unknown } } | null | undefined)
    ?.persistedQuery?.sha256Hash;
  return typeof hash === 'string' ? hash : undefined;
}
