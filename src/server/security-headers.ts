import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** What no answer but the explorer's page needs. */
const NOTHING = {
  defaultSrc: ["'none'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
};

/**
 * Headers that keep a browser from guessing types, framing us, running what we only store, or telling others where it was.
 *
 * @param shared whether pages of other sites may show our images
 */
export async function addSecurityHeaders(app: FastifyInstance, shared: boolean): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: NOTHING },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginResourcePolicy: { policy: shared ? 'cross-origin' : 'same-origin' },
    // Who ends TLS in front of us knows whether every host of the domain has it.
    hsts: false,
  });
}
