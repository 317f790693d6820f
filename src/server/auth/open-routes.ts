import type { FastifyInstance } from 'fastify';

/** Lets everyone use the routes of a scope, without a key: files of a page, which contain no data. */
export function openRoutes(scope: FastifyInstance): void {
  scope.addHook('onRoute', (route) => {
    route.config = { ...route.config, requiredScopes: 'OPEN' };
  });
}
