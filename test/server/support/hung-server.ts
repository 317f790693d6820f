import pino from 'pino';
import { type RunningServer, servicesOf, startServer } from '../../../src/server/index.js';
import type { ServerLimits } from '../../../src/server/server-limits.js';
import type { SmallServer } from './small-server.js';

/** A server whose searches take for ever. */
export interface HungServer {
  server: RunningServer;
  /** An operation that searches. */
  query: string;
  /** The signal of the next search, which aborts when its caller leaves. */
  nextSearch(): Promise<AbortSignal>;
}

/** Another server on the same service; it takes one operation at a time. @param model whose logits are searched */
export async function openHungServer(
  { small: { service } }: SmallServer,
  model: string,
  limits: Partial<ServerLimits> = {},
): Promise<HungServer> {
  let asked: (signal: AbortSignal) => void = () => undefined;
  const services = servicesOf(service);
  const search: typeof services.search = {
    ...services.search,
    search: (_id, _query, signal) => {
      if (signal) asked(signal);
      return new Promise(() => undefined);
    },
  };
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    services: { ...services, search },
    webhooks: service.webhooks,
    limits: { ...service.config, maxConcurrentOperations: 1, ...limits },
    logger: pino({ level: 'silent' }),
  });
  const key = Buffer.from(model, 'base64url').toString().split(':')[1];
  const logit = Buffer.from(`Logit:${key}:0`).toString('base64url');
  return {
    server,
    query: `{ logit(id: "${logit}") { similar(first: 1) { edges { score } } } }`,
    nextSearch: () =>
      new Promise((resolve) => {
        asked = resolve;
      }),
  };
}
