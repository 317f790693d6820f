import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../access/index.js';
import { ProbelogError } from '../../errors/index.js';

const WINDOW_MS = 60_000;
/** An IPv6 host has a /64 to itself, and would have as many addresses as it likes. */
const IPV6_SUBNET = 64;

/** Whose request is counted. */
export interface Counted {
  principal: Principal;
  ip: string;
}

/** Counts requests of a minute, of each key or token, and of each address for those without. */
export interface RateLimit {
  /** Also says in the answer's headers how many are left. @throws ProbelogError RATE_LIMITED */
  count(request: Counted, reply: FastifyReply): Promise<void>;
  /** The same where there is no answer with headers. @throws ProbelogError RATE_LIMITED */
  countMessage(request: Counted): Promise<void>;
}

/** How many requests a minute; 0 is any number. */
export interface RateSettings {
  ratePerKey: number;
  ratePerAddress: number;
}

/** Each process counts by itself. */
export async function openRateLimit(
  app: FastifyInstance,
  { ratePerKey, ratePerAddress }: RateSettings,
): Promise<RateLimit> {
  await app.register(rateLimit, { global: false });
  const maxOf = ({ principal }: Pick<Counted, 'principal'>) =>
    hasCredentials(principal) ? ratePerKey : ratePerAddress;
  const check = app.createRateLimit({
    timeWindow: WINDOW_MS,
    max: maxOf,
    keyGenerator: ({ principal, ip }) =>
      hasCredentials(principal) ? principal.name : `address:${normalizeIP(ip, IPV6_SUBNET)}`,
    // This machine's own user could only keep out themselves.
    allowList: ({ principal }) => principal.kind === 'LOCAL' || maxOf({ principal }) === 0,
  });
  const left = async (request: Counted) => {
    // The plugin asks no more of a request than this; a message on a WebSocket has no request of its own.
    const counted = await check({ ...request, routeOptions: { config: {} } } as unknown as FastifyRequest);
    return counted.isAllowed ? null : counted;
  };
  return {
    async count(request, reply) {
      const counted = await left(request);
      if (!counted) return;
      const { max, remaining, ttlInSeconds, isExceeded } = counted;
      reply.header('ratelimit-limit', max);
      reply.header('ratelimit-remaining', remaining);
      reply.header('ratelimit-reset', ttlInSeconds);
      if (!isExceeded) return;
      reply.header('retry-after', ttlInSeconds);
      throw rateLimited(max, ttlInSeconds);
    },
    async countMessage(request) {
      const counted = await left(request);
      if (counted?.isExceeded) throw rateLimited(counted.max, counted.ttlInSeconds);
    },
  };
}

function hasCredentials({ kind }: Principal): boolean {
  return kind === 'KEY' || kind === 'TOKEN';
}

function rateLimited(max: number, seconds: number): ProbelogError {
  return new ProbelogError(
    'RATE_LIMITED',
    `The limit is ${max} requests per minute. Try again in ${seconds} s.`,
    {
      most: max,
      retryAfterSeconds: seconds,
    },
  );
}
