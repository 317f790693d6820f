import { createHash } from 'node:crypto';
import fastifyStatic from '@fastify/static';
import { getDistDirectory, renderAltair } from 'altair-static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { openRoutes } from '../auth/open-routes.js';

const FILES = '/explorer/';

const FIRST_QUERY = `# Which models recognize dogs?
query Search($concept: String!) {
  logits(concept: $concept, first: 5) {
    edges {
      score
      distance
      node { label index model { name version } topProbes(first: 3) { probe { url } } }
    }
  }
}
`;

/** Whether a browser asks for a page, and not a program for data. */
export function wantsPage({ method, headers, query }: FastifyRequest): boolean {
  const asksForQuery = (query as Record<string, unknown>).query !== undefined;
  return method === 'GET' && !asksForQuery && (headers.accept ?? '').includes('text/html');
}

/**
 * Serves the explorer's own files, all from this machine: it works on a network without a way out.
 *
 * @returns answers a request with the explorer's page
 */
export function addExplorer(app: FastifyInstance): (reply: FastifyReply) => FastifyReply {
  app.register(async (scope) => {
    // They contain no data, and a browser that loads them has no key yet.
    openRoutes(scope);
    scope.register(fastifyStatic, {
      root: getDistDirectory(),
      prefix: FILES,
      index: false,
      decorateReply: false,
    });
  });
  const page = renderAltair({
    baseURL: FILES,
    endpointURL: '/graphql',
    initialQuery: FIRST_QUERY,
    initialVariables: JSON.stringify({ concept: 'dog' }, null, 2),
    // Accounts, and offers to create one, belong to another company's server.
    disableAccount: true,
    initialSubscriptionRequestHandlerId: 'graphql-ws',
  });
  const policy = contentSecurityPolicy(page);
  return (reply) =>
    reply.header('content-security-policy', policy).type('text/html; charset=utf-8').send(page);
}

/** The page's own files and the scripts that stand in it, and nothing else. It sets styles while it runs. */
function contentSecurityPolicy(page: string): string {
  const inline = [...page.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, script]) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    `script-src 'self' ${inline.join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
