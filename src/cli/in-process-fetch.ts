import { Readable } from 'node:stream';
import type { ReadableStream as NodeStream } from 'node:stream/web';
import { type ExecutionResult, execute, GraphQLError, type GraphQLSchema, parse, subscribe } from 'graphql';
import { SCOPES } from '../access/index.js';
import type { Service } from '../app/index.js';
import { type ClientOptions, createClient, type ProbelogClient } from '../client/index.js';
import { ProbelogError } from '../errors/index.js';
import {
  buildSchema,
  type Caller,
  createContext,
  findKit,
  formatError,
  keyOf,
  type Services,
  uploadReply,
} from '../graphql/index.js';
import { parseUploadForm } from '../ingest/index.js';
import { LOCAL_ACTOR } from './service.js';

/** The address of requests that do not leave the process. */
const IN_PROCESS = 'http://in-process.invalid/';
/** Longest timer of Node: work in this process ends by itself, however long it takes. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

/** A comment in an event stream, sent as often as the server does, so that the client does not take the stream for dead. */
const KEEP_ALIVE = ': \n\n';
const KEEP_ALIVE_MS = 12_000;

/** The user of this machine may do everything, and may name any local file. */
const CALLER: Caller = {
  principal: {
    kind: 'LOCAL',
    name: LOCAL_ACTOR,
    scopes: SCOPES,
    labels: [],
    registry: null,
    expiresAt: null,
  },
  files: 'ANY',
};

/** A client of a service in this process. */
export function localClient(service: Service): ProbelogClient {
  return createClient({ url: IN_PROCESS, fetch: inProcessFetch(service), timeoutMs: NO_TIMEOUT_MS });
}

/**
 * A `fetch` that answers as the server does, from an opened service in this process: GraphQL, its event stream, uploads of
 * responses, probe kits and probe images. It has no limits, and trusts its operations to be valid: the command line's are checked against the
 * schema when they are generated.
 */
function inProcessFetch(service: Service): NonNullable<ClientOptions['fetch']> {
  const services: Services = {
    ...service,
    receivers: service.webhooks,
    defaultProbeSet: service.config.probeSet,
    basePath: '',
  };
  let schema: Promise<GraphQLSchema> | undefined;
  const contextOf = (signal: AbortSignal | undefined) => createContext(services, { ...CALLER, signal });

  return async (address, { method, body, signal }) => {
    const request = { address, body, signal: signal ?? undefined };
    const [, folder, name, rest] = address.pathname.split('/').map(decodeURIComponent);
    try {
      switch (`${method} ${folder}/${rest ?? name ?? ''}`) {
        case 'POST graphql/':
          return Response.json(await answer(request));
        case 'POST graphql/stream':
          return await stream(request);
        case 'PUT models/responses':
          return await upload(name, request);
        case 'GET probe-sets/kit.tar':
          return await kit(name);
        case `GET probes/${name}`:
          return await probeImage(name);
        default:
          throw new ProbelogError('NOT_FOUND', `There is nothing at ${method} ${address.pathname}.`);
      }
    } catch (thrown) {
      signal?.throwIfAborted();
      const { message, extensions } = formatError({ message: '' }, thrown, logFault);
      const status = thrown instanceof ProbelogError ? thrown.httpStatus : 500;
      return Response.json({ error: { code: extensions?.code, message } }, { status });
    }
  };

  async function operationOf({ body, signal }: LocalRequest) {
    const { query, variables } = JSON.parse(String(body)) as { query: string; variables?: object };
    schema ??= buildSchema();
    return {
      schema: await schema,
      document: parse(query),
      variableValues: variables as Record<string, unknown> | undefined,
      contextValue: contextOf(signal),
    };
  }

  async function answer(request: LocalRequest): Promise<object> {
    return shown(await execute(await operationOf(request)));
  }

  async function stream(request: LocalRequest): Promise<Response> {
    const results = await subscribe(await operationOf(request));
    const events = Symbol.asyncIterator in results ? results : once(results);
    return new Response(eventStream(events, request.signal), {
      headers: { 'content-type': 'text/event-stream' },
    });
  }

  async function upload(modelId: string, { address, body, signal }: LocalRequest): Promise<Response> {
    const form = parseUploadForm(Object.fromEntries(address.searchParams));
    const content = new Response(body).body as NodeStream<Uint8Array> | null;
    const outcome = await contextOf(signal).uploads.accept(keyOf('Model', modelId), content ?? none(), form);
    const { status, body: uploaded } = uploadReply(outcome);
    return Response.json(uploaded, { status });
  }

  async function probeImage(id: string): Promise<Response> {
    const { store } = services;
    const [probe] = await store.probeSets.probesByIds([keyOf('Probe', id)]);
    if (!probe) throw new ProbelogError('NOT_FOUND', 'There is no probe with this id.');
    await store.blobs.checkedPath(probe.digest);
    const image = Readable.toWeb(Readable.from(store.blobs.stream(probe.digest), { objectMode: false }));
    return new Response(image as ReadableStream, { headers: { 'content-type': probe.mediaType } });
  }

  async function kit(id: string): Promise<Response> {
    const { tag, open } = await findKit(services.store, id);
    const { bytes, stream } = await open();
    return new Response(Readable.toWeb(Readable.from(stream(), { objectMode: false })) as ReadableStream, {
      headers: { etag: tag, 'content-length': String(bytes) },
    });
  }
}

interface LocalRequest {
  address: URL;
  body: RequestInit['body'];
  signal?: AbortSignal;
}

function shown({ errors, ...result }: ExecutionResult): object {
  if (!errors) return result;
  return {
    ...result,
    errors: errors.map((error) => {
      // Variables that are not what the operation says are the only fault that graphql finds before it resolves anything.
      if (!('data' in result)) error.extensions.code ??= 'BAD_USER_INPUT';
      return formatError(error.toJSON(), error, logFault);
    }),
  };
}

function logFault(message: string, { error }: { error?: unknown }): void {
  const reason = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  process.stderr.write(`error: ${message}\n${reason instanceof Error ? reason.stack : String(reason)}\n`);
}

/** Server-sent events by the graphql-sse protocol. */
function eventStream(
  results: AsyncGenerator<ExecutionResult>,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let timer: ReturnType<typeof setInterval> | undefined;
  const end = () => {
    clearInterval(timer);
    results.return(undefined).catch(() => undefined);
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string) => controller.enqueue(encoder.encode(text));
      timer = setInterval(() => send(KEEP_ALIVE), KEEP_ALIVE_MS);
      const leave = () => {
        end();
        controller.error(signal?.reason);
      };
      signal?.addEventListener('abort', leave, { once: true });
      const pump = async () => {
        for await (const result of results) send(`event: next\ndata: ${JSON.stringify(shown(result))}\n\n`);
        send('event: complete\ndata:\n\n');
        controller.close();
      };
      pump()
        .catch((thrown) => {
          if (!signal?.aborted) controller.error(thrown);
        })
        .finally(() => {
          clearInterval(timer);
          signal?.removeEventListener('abort', leave);
        });
    },
    cancel: end,
  });
}

async function* once(result: ExecutionResult): AsyncGenerator<ExecutionResult> {
  yield result;
}

async function* none(): AsyncGenerator<never> {}
