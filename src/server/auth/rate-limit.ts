import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../access/index.js';
import { ProbelogError } from '../../errors/index.js';

const WINDOW_MS = 60_000;
/** An IPv6 host has a /64 to itself, and would have as many addresses as it likes. */
const IPV6_SUBNET = 64;

/** What a request is counted as. A page shows hundreds of images beside a few searches. */
export type Budget = 'REQUESTS' | 'IMAGES';

/** Whose request is counted. */
export interface Counted {
  principal: Principal;
  ip: string;
  /** REQUESTS when absent. */
  budget?: Budget;
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
  imageRatePerKey: number;
  imageRatePerAddress: number;
}

/** Each process counts by itself. */
export async function openRateLimit(
  app: FastifyInstance,
  { ratePerKey, ratePerAddress, imageRatePerKey, imageRatePerAddress }: RateSettings,
): Promise<RateLimit> {
  await app.register(rateLimit, { global: false });
  const maxOf = ({ principal, budget }: Pick<Counted, 'principal' | 'budget'>) => {
    if (budget === 'IMAGES') return hasCredentials(principal) ? imageRatePerKey : imageRatePerAddress;
    return hasCredentials(principal) ? ratePerKey : ratePerAddress;
  };
  const check = app.createRateLimit({
    timeWindow: WINDOW_MS,
    max: maxOf,
    keyGenerator: (request) => {
      const { principal, ip, budget = 'REQUESTS' } = request as FastifyRequest & Counted;
      const owner = hasCredentials(principal) ? principal.name : `address:${normalizeIP(ip, IPV6_SUBNET)}`;
      return `${budget} ${owner}`;
    },
    // This machine's own user could only keep out themselves.
    allowList: (request) =>
      request.principal.kind === 'LOCAL' || maxOf(request as FastifyRequest & Counted) === 0,
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
      throw rateLimited(max, ttlInSeconds, request.budget);
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

function rateLimited(max: number, seconds: number, budget?: Budget): ProbelogError {
  return new ProbelogError(
    'RATE_LIMITED',
    `The limit is ${max} ${budget === 'IMAGES' ? 'images' : 'requests'} per minute. Try again in ${seconds} s.`,
    {
      most: max,
      retryAfterSeconds: seconds,
    },
  );
}
