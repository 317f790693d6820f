import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { compiledEntry } from '../../lib/compiled-entry.js';

/** What Vite built from `ui/`: beside the compiled sources. */
const BUILT = join(dirname(compiledEntry(import.meta.url, '../../main.js')), '../ui');
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
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
  'trusted-types lit-html',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Serves the page in `ui/`, from this machine's files only. It contains no data: a browser that loads it has no key yet.
 *
 * @returns whether it was built
 */
export function addUi(app: FastifyInstance): boolean {
  if (!existsSync(BUILT)) return false;
  app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, requiredScopes: 'OPEN' };
    });
    scope.register(fastifyStatic, {
      root: join(BUILT, 'assets'),
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
          .header('content-security-policy', POLICY)
          .header('cache-control', 'no-cache')
          .type('text/html; charset=utf-8')
          // Not kept: a build while the server runs gives the page's files other names.
          .send(await readFile(join(BUILT, 'index.html'))),
      );
    scope.get('/icon.svg', async (_request, reply) =>
      reply
        .header('cache-control', 'max-age=86400')
        .type('image/svg+xml')
        .send(await readFile(join(BUILT, 'icon.svg'))),
    );
  });
  return true;
}
