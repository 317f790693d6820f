import pino from 'pino';
import { createApiKey } from '../../../src/access/index.js';
import { loadConfig } from '../../../src/config/index.js';
import { globalId, type SubgraphOptions } from '../../../src/graphql/index.js';
import { type RunningServer, servicesOf, startServer } from '../../../src/server/index.js';
import type { AccessScope } from '../../../src/store/index.js';
import { takeConcepts } from '../../fixtures/prepared-data.js';
import {
  openSmallService,
  type SmallService,
  type SmallServiceOptions,
} from '../../ingest/support/small-service.js';
import { meanColor } from '../../probing/support/made-models.js';

/** An answer of GraphQL over HTTP. */
export interface Answered {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into answers of every shape
  data: any;
  errors?: { message: string; path?: string[]; extensions: { code: string; [key: string]: unknown } }[];
  /** Everything that was sent. */
  text: string;
}

/** A real server on a small service. */
export interface SmallServer {
  small: SmallService;
  server: RunningServer;
  logged(): string;
  /** @param secret a key; none when absent */
  ask(query: string, variables?: object, secret?: string): Promise<Answered>;
  key(
    scopes: AccessScope[],
    more?: { labels?: string[]; registry?: string; expiresAt?: Date },
  ): Promise<string>;
  /** Ingests a made model and returns its global id. */
  model(
    name: string,
    request?: { visibility?: string; registry?: string; labels?: string[] },
  ): Promise<string>;
  /** Another server on the same service, with other settings. */
  beside(environment: Record<string, string>, subgraph?: SubgraphOptions): Promise<RunningServer>;
  close(): Promise<void>;
}

/** @param probes how many the probe set has */
export async function openSmallServer(
  environment: Record<string, string> = {},
  options: Pick<SmallServiceOptions, 'from' | 'probes'> = {},
): Promise<SmallServer> {
  const small = await openSmallService({ environment, ...options });
  await takeConcepts(small.service.config.dataFolder);
  const { service } = small;
  const log: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (text: string) => void log.push(text) });
  const { webhooks, config } = service;
  const start = (limits: typeof config, subgraph?: SubgraphOptions) =>
    startServer({
      host: '127.0.0.1',
      port: 0,
      services: servicesOf(service),
      webhooks,
      limits,
      subgraph,
      logger,
    });
  const server = await start(config);
  const others = new Set<RunningServer>();
  return {
    small,
    server,
    logged: () => log.join(''),
    ask: (query, variables, secret) => askAt(server.url, query, variables, secret),
    async key(scopes, more = {}) {
      const { secret } = await createApiKey(service.store.apiKeys, { name: 'a test', scopes, ...more });
      service.access.keyChanged('');
      return secret;
    },
    async model(name, request = {}) {
      const { modelId, state } = await small.ingest(meanColor(), { name, ...request });
      if (state !== 'SUCCEEDED') throw new Error(`the ingest of ${name} is ${state}`);
      return globalId('Model', modelId);
    },
    async beside(changed, subgraph) {
      const other = await start(loadConfig({ ...environment, ...changed }), subgraph);
      others.add(other);
      return {
        ...other,
        async close() {
          others.delete(other);
          await other.close();
        },
      };
    },
    async close() {
      for (const running of [server, ...others]) await running.close();
      await small.close();
    },
  };
}

export async function askAt(
  url: string,
  query: string,
  variables?: object,
  secret?: string,
): Promise<Answered> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, ...JSON.parse(text) };
}
