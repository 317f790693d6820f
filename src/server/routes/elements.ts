import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { openRoutes } from '../auth/open-routes.js';
import { BUILT_UI } from './built-ui.js';

const ELEMENTS = join(BUILT_UI, 'elements');
/** Their name stays when their content changes: pages name them. The names of the others have a digest. */
const ENTRY = /(^|[\\/])(probelog|embed)\.js(\.br)?$/;

/** Serves the script with custom elements for pages of other applications (`ui/src/elements`). */
export function addElements(app: FastifyInstance): void {
  if (!existsSync(ELEMENTS)) return;
  app.register(async (scope) => {
    openRoutes(scope);
    scope.register(fastifyStatic, {
      root: ELEMENTS,
      prefix: '/elements/',
      index: false,
      decorateReply: false,
      preCompressed: true,
      cacheControl: false,
      setHeaders(reply, path) {
        // Pages of all sites may load them, since they contain no data. A module script of another site needs both.
        reply.setHeader('access-control-allow-origin', '*');
        reply.setHeader('cross-origin-resource-policy', 'cross-origin');
        reply.setHeader(
          'cache-control',
          ENTRY.test(path) ? 'no-cache' : 'public, max-age=31536000, immutable',
        );
      },
    });
  });
}
