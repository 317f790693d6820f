import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** Only the explorer's page needs more. */
const NOTHING = {
  defaultSrc: ["'none'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
};

/**
 * Headers that prevent MIME sniffing, framing, script execution and referrer leaks.
 *
 * @param shared whether pages of other sites may show images
 */
export async function addSecurityHeaders(app: FastifyInstance, shared: boolean): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: NOTHING },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginResourcePolicy: { policy: shared ? 'cross-origin' : 'same-origin' },
    // The proxy that terminates TLS sets HSTS.
    hsts: false,
  });
}
