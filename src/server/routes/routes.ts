import type { FastifyInstance } from 'fastify';
import type { Services } from '../../graphql/index.js';
import type { WebhookReceiver } from '../../registries/index.js';
import { addHealth } from './health.js';
import { addModelUploads } from './model-uploads.js';
import { addProbeImages } from './probe-images.js';
import { addProbeKits } from './probe-kits.js';
import { addResponseUploads } from './response-uploads.js';
import { addWebhooks } from './webhooks.js';

/** What the routes work on. */
export interface RouteOptions {
  services: Services;
  /** By the last part of their path. */
  webhooks: ReadonlyMap<string, WebhookReceiver>;
}

/** Serves what is not GraphQL: webhooks, probe images and kits, uploads of models and responses, health. */
export function addRoutes(app: FastifyInstance, { services, webhooks }: RouteOptions): void {
  addHealth(app, services);
  addModelUploads(app, services);
  addProbeImages(app, services);
  addProbeKits(app, services);
  addResponseUploads(app, services);
  addWebhooks(app, webhooks);
}
