import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../access/index.js';
import { ProbelogError } from '../../errors/index.js';

const WINDOW_MS = 60_000;
/** An IPv6 host has a /64 to itself, and would have as many addresses as it likes. */
const IPV6_SUBNET = 64;

/** Who sends, as far as it is counted. */
export interface Sender {
  principal: Principal;
  ip: string;
}

/** Counts requests of a minute, of each key or token, and of each address for those without. */
export interface RateLimit {
  /** Also says in the answer's headers how many are left. @throws ProbelogError RATE_LIMITED */
  count(sender: Sender, reply: FastifyReply): Promise<void>;
  /** The same where there is no answer with headers. @throws ProbelogError RATE_LIMITED */
  countMessage(sender: Sender): Promise<void>;
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
  const mostOf = ({ principal }: Pick<Sender, 'principal'>) =>
    isSomebody(principal) ? ratePerKey : ratePerAddress;
  const check = app.createRateLimit({
    timeWindow: WINDOW_MS,
    max: mostOf,
    keyGenerator: ({ principal, ip }) =>
      isSomebody(principal) ? principal.name : `address:${normalizeIP(ip, IPV6_SUBNET)}`,
    // This machine's own user could only keep out themselves.
    allowList: ({ principal }) => principal.kind === 'LOCAL' || mostOf({ principal }) === 0,
  });
  const left = async (sender: Sender) => {
    // The plugin asks no more of a request than this; a message on a WebSocket has no request of its own.
    const counted = await check({ ...sender, routeOptions: { config: {} } } as unknown as FastifyRequest);
    return counted.isAllowed ? null : counted;
  };
  return {
    async count(sender, reply) {
      const counted = await left(sender);
      if (!counted) return;
      const { max, remaining, ttlInSeconds, isExceeded } = counted;
      reply.header('ratelimit-limit', max);
      reply.header('ratelimit-remaining', remaining);
      reply.header('ratelimit-reset', ttlInSeconds);
      if (!isExceeded) return;
      reply.header('retry-after', ttlInSeconds);
      throw rateLimited(max, ttlInSeconds);
    },
    async countMessage(sender) {
      const counted = await left(sender);
      if (counted?.isExceeded) throw rateLimited(counted.max, counted.ttlInSeconds);
    },
  };
}

function isSomebody({ kind }: Principal): boolean {
  return kind === 'KEY' || kind === 'TOKEN';
}

function rateLimited(most: number, seconds: number): ProbelogError {
  return new ProbelogError('RATE_LIMITED', `At most ${most} requests a minute; try again in ${seconds} s.`, {
    most,
    retryAfterSeconds: seconds,
  });
}
