import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import type { Principal } from '../access/index.js';
import { ProbelogError } from '../errors/index.js';
import { addAuthHook } from './auth/auth-hook.js';
import { createApp } from './create-app.js';
import { errorBody } from './error-replies.js';
import { addElements } from './routes/elements.js';
import { addRoutes, type RouteOptions } from './routes/routes.js';
import type { ServerLimits } from './server-limits.js';

/** Answers one request of an HTTP server. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** A request whose URL the host's server may have shortened. */
type MountedRequest = IncomingMessage & { originalUrl?: string };

/** The routes other than GraphQL, for another server. */
export interface MountedRoutes {
  handler: NodeHandler;
  /** Refuses new requests and waits for running ones. */
  close(): Promise<void>;
}

/** What is mounted in another server, and where. */
export interface MountOptions
  extends RouteOptions,
    Pick<ServerLimits, 'corsOrigins' | 'trustedProxies' | 'maxBodiesBytes'> {
  logger: FastifyBaseLogger;
  /** Where it is mounted. Some servers take it off the address (Express), others leave it (Fastify): both are understood. */
  basePath: string;
  /** Who sends a request, as the other server knows them. */
  principalOf(request: IncomingMessage): Promise<Principal>;
}

/** The routes of {@link addRoutes} as a plain handler, to be mounted in another server. The other server limits requests. */
export async function mountRoutes(options: MountOptions): Promise<MountedRoutes> {
  const app = await createApp(options.logger, options);
  addAuthHook(app, { principalOf: ({ raw }) => options.principalOf(raw) });
  addRoutes(app, options);
  addElements(app);
  await app.ready();
  const underWay = new Set<Promise<void>>();
  let isClosed = false;

  return {
    handler(request: MountedRequest, response) {
      if (isClosed) return refuse(response, closing());
      if (request.readableDidRead) return refuse(response, bodyWasRead());
      const ended = new Promise<void>((resolve) => response.once('close', resolve));
      underWay.add(ended);
      void ended.then(() => underWay.delete(ended));
      const { originalUrl = request.url } = request;
      request.url = ownPath(request, options.basePath);
      request.originalUrl = originalUrl;
      app.routing(request, response);
    },
    async close() {
      isClosed = true;
      await Promise.all(underWay);
      await app.close();
    },
  };
}

/** The address below the base path, whether or not the other server has taken that off already. */
function ownPath(request: MountedRequest, basePath: string): string {
  const { url = '/', originalUrl = url } = request;
  return originalUrl.startsWith(`${basePath}/`) ? originalUrl.slice(basePath.length) : url;
}

function refuse(response: ServerResponse, error: ProbelogError): void {
  const { httpStatus, retryAfterSeconds, code, message } = error;
  response.statusCode = httpStatus;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds);
  response.end(JSON.stringify(errorBody(code, message)));
}

function closing(): ProbelogError {
  return new ProbelogError('SERVER_CLOSING', 'The server is shutting down.');
}

/** A signature covers the bytes that came, and an upload goes to the disk as it comes. */
function bodyWasRead(): ProbelogError {
  return new ProbelogError(
    'CONFIG_INVALID',
    "The body was read before it came to ProbeLog: mount its handler before the server's body parsers.",
  );
}
