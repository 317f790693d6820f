import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { openRoutes } from '../auth/open-routes.js';
import { BUILT_UI } from './built-ui.js';
import { addElements } from './elements.js';

/** Each is the same file; the script shows what the address says (`ui/src/address.ts`). */
const ADDRESSES = [
  '/',
  '/model',
  '/output',
  '/compare',
  '/map',
  '/add',
  '/queue',
  '/name',
  '/registries',
  '/admin',
];

/**
 * Only the page's own script, styles and pictures, and requests to this server.
 *
 * Threat model: labels, names and notes come from strangers' models. Lit writes them as text, and where code ever set HTML from
 * one, the browser refuses it: no policy but Lit's may make trusted HTML, and no script or style in the page runs.
 */
const POLICY: readonly string[] = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
  'trusted-types lit-html',
  "base-uri 'none'",
  "form-action 'none'",
];

/** The page of a frame (`ui/src/elements/embed.ts`). */
const EMBED = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>ProbeLog</title>
    <script type="module" src="./elements/embed.js"></script>
  </head>
  <body></body>
</html>
`;

function policy(frameAncestors: readonly string[]): string {
  const ancestors = frameAncestors.length > 0 ? frameAncestors.join(' ') : "'none'";
  return [...POLICY, `frame-ancestors ${ancestors}`].join('; ');
}

/**
 * Serves the page in `ui/`, from this machine's files only. It contains no data: a browser that loads it has no key yet.
 *
 * @param frameAncestors who may show `/embed` in a frame: sources as `frame-ancestors` takes them (CSP Level 3); nothing else may
 *   ever be in one
 * @returns whether it was built
 */
export function addUi(app: FastifyInstance, frameAncestors: readonly string[]): boolean {
  if (!existsSync(BUILT_UI)) return false;
  addElements(app);
  app.register(async (scope) => {
    openRoutes(scope);
    scope.register(fastifyStatic, {
      root: join(BUILT_UI, 'assets'),
      prefix: '/assets/',
      index: false,
      decorateReply: false,
      preCompressed: true,
      // Their names have a digest of the content.
      immutable: true,
      maxAge: '365d',
    });
    for (const address of ADDRESSES)
      scope.get(address, async (_request: FastifyRequest, reply) =>
        reply
          .header('content-security-policy', policy([]))
          .header('cache-control', 'no-cache')
          .type('text/html; charset=utf-8')
          // Not kept: a build while the server runs gives the page's files other names.
          .send(await readFile(join(BUILT_UI, 'index.html'))),
      );
    scope.get('/embed', async (_request, reply) => {
      // The older header knows no list.
      if (frameAncestors.length > 0) reply.removeHeader('x-frame-options');
      return reply
        .header('content-security-policy', policy(frameAncestors))
        .header('cache-control', 'no-cache')
        .type('text/html; charset=utf-8')
        .send(EMBED);
    });
    scope.get('/icon.svg', async (_request, reply) =>
      reply
        .header('cache-control', 'max-age=86400')
        .type('image/svg+xml')
        .send(await readFile(join(BUILT_UI, 'icon.svg'))),
    );
  });
  return true;
}
