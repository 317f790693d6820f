import type { FastifyInstance } from 'fastify';
import type { Services } from '../../graphql/index.js';
import type { WebhookReceiver } from '../../registries/index.js';
import { addProbeImages } from './probe-images.js';
import { addProbeKits } from './probe-kits.js';
import { addReadiness } from './readiness.js';
import { addResponseUploads } from './response-uploads.js';
import { addWebhooks } from './webhooks.js';

/** What the routes work on. */
export interface RouteOptions {
  services: Services;
  /** By the last part of their path. */
  webhooks: ReadonlyMap<string, WebhookReceiver>;
}

/** Serves what is not GraphQL: webhooks, probe images and kits, uploads of responses, health. */
export function addRoutes(app: FastifyInstance, { services, webhooks }: RouteOptions): void {
  app.get('/health', { config: { requiredScopes: 'OPEN' } }, async () => ({ status: 'ok' }));
  addReadiness(app, services);
  addProbeImages(app, services);
  addProbeKits(app, services);
  addResponseUploads(app, services);
  addWebhooks(app, webhooks);
}
