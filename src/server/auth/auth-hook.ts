import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { allows, type Credentials, type Principal } from '../../access/index.js';
import { ProbelogError } from '../../errors/index.js';
import { type Caller, checkScopes } from '../../graphql/index.js';
import type { AccessScope } from '../../store/index.js';
import { authenticate } from './authenticate.js';
import { isForwarded } from './is-forwarded.js';
import type { Budget, RateLimit } from './rate-limit.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller; set before anything else of the request is read. */
    principal: Principal;
  }
  interface FastifyContextConfig {
    /** Scopes of which the caller needs one; ANY: any scope at all; OPEN: none, and credentials are not read. ADMIN when absent. */
    requiredScopes?: 'OPEN' | 'ANY' | readonly AccessScope[];
    /** What its requests are counted as; REQUESTS when absent. */
    budget?: Budget;
    /** Requests that need no scope, such as those of a signed link; none when absent. */
    isOpen?(request: FastifyRequest): boolean;
  }
}

/** How requests are authenticated. */
export interface PrincipalOptions {
  /** The principal of a request. @throws ProbelogError UNAUTHENTICATED, FORBIDDEN */
  principalOf(request: FastifyRequest): Promise<Principal>;
  /** Whether a request has a key that this process has not seen before; none has when absent. */
  hasNewKey?(request: FastifyRequest): boolean;
  /** Requests are not counted when absent. */
  rateLimit?: RateLimit;
}

/**
 * Authenticates the caller of every route before anything else. A route without `requiredScopes` is for administrators;
 * an `OPEN` one reads no credentials at all.
 */
export function addAuthHook(
  app: FastifyInstance,
  { principalOf, hasNewKey, rateLimit }: PrincipalOptions,
): void {
  // A fresh one for each request is set below; an object here would be shared.
  app.decorateRequest('principal');
  app.addHook('onRequest', async (request, reply) => {
    const { requiredScopes = ['ADMIN'], isOpen, budget } = request.routeOptions.config;
    if (requiredScopes === 'OPEN' || request.is404 || isOpen?.(request)) return;
    const isNewKey = hasNewKey?.(request) ?? false;
    const { principal, refusal } = await authenticate({
      isNewKey,
      principalOf: () => principalOf(request),
      // The larger number of images is not for guessing keys.
      count: async (principal) =>
        rateLimit?.count({ principal, ip: request.ip, budget: isNewKey ? undefined : budget }, reply),
    });
    request.principal = principal;
    if (refusal) throw challenged(reply, refusal);
    if (requiredScopes !== 'ANY') checkRoute(reply, request.principal, requiredScopes);
    else if (!allows(request.principal, ['READ', 'INGEST', 'ADMIN']))
      checkRoute(reply, request.principal, ['READ']);
  });
}

function checkRoute(reply: FastifyReply, principal: Principal, scopes: readonly AccessScope[]): void {
  try {
    checkScopes(principal, scopes);
  } catch (thrown) {
    throw challenged(reply, thrown);
  }
}

/** RFC 9110, section 11.6.1: a 401 names the kind of credentials that it takes. */
function challenged(reply: FastifyReply, refusal: unknown): unknown {
  if (refusal instanceof ProbelogError && refusal.code === 'UNAUTHENTICATED')
    reply.header('www-authenticate', 'Bearer realm="probelog"');
  return refusal;
}

/** The credentials in a request. */
export function credentialsOf({ headers, hostname, raw }: FastifyRequest): Credentials {
  return {
    authorization: headers.authorization,
    host: headers.host === undefined ? undefined : hostname,
    forwarded: isForwarded(raw),
  };
}

/** The caller of a request, for resolvers. */
export function callerOf(request: FastifyRequest, signal?: AbortSignal): Caller {
  return {
    principal: request.principal,
    signal,
    address: request.ip,
    userAgent: request.headers['user-agent'] ?? null,
    requestId: request.id,
  };
}
