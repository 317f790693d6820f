import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { allows, type Credentials, type Principal } from '../../access/index.js';
import { ProbelogError } from '../../errors/index.js';
import { type Caller, checkScopes } from '../../graphql/index.js';
import type { AccessScope } from '../../store/index.js';
import { authenticate } from './authenticate.js';
import { isForwarded } from './is-forwarded.js';
import type { RateLimit } from './rate-limit.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set before anything else of the request is looked at. */
    principal: Principal;
  }
  interface FastifyContextConfig {
    /** Who may come through this requiredScopes: everybody, anybody who may do something, or those with one of these scopes. */
    requiredScopes?: 'OPEN' | 'ANY' | readonly AccessScope[];
    /** Requests that it lets through whoever sends them, such as those of a signed link; none when absent. */
    isOpen?(request: FastifyRequest): boolean;
  }
}

/** How requests are told apart. */
export interface PrincipalOptions {
  /** Who it is. @throws ProbelogError UNAUTHENTICATED, FORBIDDEN */
  principalOf(request: FastifyRequest): Promise<Principal>;
  /** Whether a request has a key that was not seen before; none has when absent. */
  hasNewKey?(request: FastifyRequest): boolean;
  /** Requests are not counted when absent. */
  rateLimit?: RateLimit;
}

/**
 * Finds out who asks, for every route, before it does anything. A route that does not say who may use it is for
 * administrators; what is said to be `OPEN` looks at no credentials at all.
 */
export function addAuthHook(
  app: FastifyInstance,
  { principalOf, hasNewKey, rateLimit }: PrincipalOptions,
): void {
  // A fresh one for each request is set below; an object here would be shared.
  app.decorateRequest('principal');
  app.addHook('onRequest', async (request, reply) => {
    const { requiredScopes = ['ADMIN'], isOpen } = request.routeOptions.config;
    if (requiredScopes === 'OPEN' || request.is404 || isOpen?.(request)) return;
    const { principal, refusal } = await authenticate({
      isNewKey: hasNewKey?.(request) ?? false,
      principalOf: () => principalOf(request),
      count: async (principal) => rateLimit?.count({ principal, ip: request.ip }, reply),
    });
    request.principal = principal;
    if (refusal) throw challenged(reply, refusal);
    if (requiredScopes !== 'ANY') checkDoor(reply, request.principal, requiredScopes);
    else if (!allows(request.principal, ['READ', 'INGEST', 'ADMIN']))
      checkDoor(reply, request.principal, ['READ']);
  });
}

function checkDoor(reply: FastifyReply, principal: Principal, scopes: readonly AccessScope[]): void {
  try {
    checkScopes(principal, scopes);
  } catch (thrown) {
    throw challenged(reply, thrown);
  }
}

/** RFC 9110, section 11.6.1: a 401 says which credentials would do. */
function challenged(reply: FastifyReply, refusal: unknown): unknown {
  if (refusal instanceof ProbelogError && refusal.code === 'UNAUTHENTICATED')
    reply.header('www-authenticate', 'Bearer realm="probelog"');
  return refusal;
}

/** What a request says of who it is from. */
export function credentialsOf({ headers, hostname, raw }: FastifyRequest): Credentials {
  return {
    authorization: headers.authorization,
    host: headers.host === undefined ? undefined : hostname,
    forwarded: isForwarded(raw),
  };
}

/** A request as the resolvers see its sender. */
export function callerOf(request: FastifyRequest, signal?: AbortSignal): Caller {
  return {
    principal: request.principal,
    signal,
    address: request.ip,
    userAgent: request.headers['user-agent'] ?? null,
    requestId: request.id,
  };
}
