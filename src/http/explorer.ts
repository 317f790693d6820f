import fastifyStatic from '@fastify/static';
import { getDistDirectory, renderAltair } from 'altair-static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const FILES = '/explorer/';

const FIRST_QUERY = `# Which models recognise dogs?
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
  app.register(fastifyStatic, {
    root: getDistDirectory(),
    prefix: FILES,
    index: false,
    decorateReply: false,
  });
  const page = renderAltair({
    baseURL: FILES,
    endpointURL: '/graphql',
    initialQuery: FIRST_QUERY,
    initialVariables: JSON.stringify({ concept: 'dog' }, null, 2),
    // Accounts, and offers to make one, belong to somebody else's server.
    disableAccount: true,
    initialSubscriptionRequestHandlerId: 'graphql-ws',
  });
  return (reply) => reply.type('text/html; charset=utf-8').send(page);
}
