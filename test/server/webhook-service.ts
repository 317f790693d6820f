import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import type { Service } from '../../src/app/index.js';
import { openWebhooks } from '../../src/app/open-webhooks.js';
import { loadConfig } from '../../src/config/index.js';
import { DeliveryRecorder } from '../../src/registry-sync/record-delivery.js';
import { type RunningServer, servicesOf, startServer } from '../../src/server/index.js';
import { openSmallService, settled } from '../ingest/support/small-service.js';
import { mlflowHeaders, type SentHeaders, standardHeaders, wandbHeaders } from '../registries/signing.js';

export const SECRETS = {
  mlflow: 'mlflow-secret-1',
  huggingface: 'huggingface-secret-1',
  wandb: 'wandb-secret-1',
  wandbToken: 'wandb-token-1',
  standard: `whsec_${Buffer.alloc(24, 1).toString('base64')}`,
  standardNext: `whsec_${Buffer.alloc(24, 2).toString('base64')}`,
};

/** What a server answers to a delivery. */
export interface Answer {
  status: number;
  body: { ingest?: string | null; status?: string; error?: { code: string; message: string } };
}

/** A real server on loopback with all receivers on, and one of its own that has model files. */
export interface WebhookService {
  service: Service;
  server: RunningServer;
  /** Everything that was logged. */
  logged(): string;
  /** The URL of a file with these bytes. */
  host(path: string, content: Uint8Array): string;
  post(registry: string, body: string | Uint8Array, headers?: SentHeaders): Promise<Answer>;
  mlflow(body: string, id?: string, at?: Date): Promise<Answer>;
  huggingface(event: object): Promise<Answer>;
  wandb(event: object): Promise<Answer>;
  standard(event: object, id?: string): Promise<Answer>;
  /** The ingest of an answer, once it has ended. */
  settled(answer: Answer): ReturnType<typeof settled>;
  /** Another server on the same service, with other settings. */
  secondServer(environment: Record<string, string>): Promise<RunningServer>;
  close(): Promise<void>;
}

export async function openWebhookService({ work }: { work: boolean }): Promise<WebhookService> {
  const files = new Map<string, Uint8Array>();
  const fileServer = createServer((request, response) => {
    const content = files.get(request.url ?? '');
    response.writeHead(content ? 200 : 404).end(content);
  });
  await new Promise<void>((resolve) => fileServer.listen(0, '127.0.0.1', resolve));
  const small = await openSmallService({
    work,
    environment: {
      PROBELOG_MLFLOW_SECRETS: SECRETS.mlflow,
      PROBELOG_HUGGINGFACE_SECRETS: SECRETS.huggingface,
      PROBELOG_WANDB_SECRETS: SECRETS.wandb,
      PROBELOG_WANDB_TOKENS: SECRETS.wandbToken,
      PROBELOG_STANDARD_SECRETS: `${SECRETS.standard},${SECRETS.standardNext}`,
      PROBELOG_PRIVATE_ADDRESSES: '127.0.0.1',
      PROBELOG_HUGGINGFACE_URL: `http://127.0.0.1:${(fileServer.address() as AddressInfo).port}`,
    },
  });
  const { service } = small;
  const log: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (text: string) => void log.push(text) });
  const start = (webhooks: Service['webhooks']) =>
    startServer({
      host: '127.0.0.1',
      port: 0,
      services: servicesOf(service),
      webhooks,
      limits: service.config,
      logger,
    });
  const server = await start(service.webhooks);
  const others: RunningServer[] = [];

  async function post(registry: string, body: string | Uint8Array, headers: SentHeaders = {}) {
    const response = await fetch(`${server.url}/webhooks/${registry}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }
  let sent = 0;
  const nextId = () => `delivery-${++sent}`;
  return {
    service,
    server,
    logged: () => log.join(''),
    host(path, content) {
      files.set(path, content);
      return `http://127.0.0.1:${(fileServer.address() as AddressInfo).port}${path}`;
    },
    post,
    mlflow: (body, id = nextId(), at = new Date()) =>
      post('mlflow', body, mlflowHeaders(body, SECRETS.mlflow, id, at)),
    huggingface: (event) =>
      post('huggingface', JSON.stringify(event), { 'x-webhook-secret': SECRETS.huggingface }),
    wandb(event) {
      const body = JSON.stringify(event);
      return post('wandb', body, wandbHeaders(body, SECRETS.wandb, SECRETS.wandbToken));
    },
    standard(event, id = nextId()) {
      const body = JSON.stringify(event);
      return post('standard', body, standardHeaders(body, SECRETS.standard, id, new Date()));
    },
    settled: ({ body }) => settled(service, ingestKey(body.ingest)),
    async secondServer(environment) {
      const { store, ingest } = service;
      const log = () => undefined;
      const recorder = new DeliveryRecorder({ store, ingest, log });
      const other = await start(openWebhooks(loadConfig(environment), recorder, log));
      others.push(other);
      return other;
    },
    async close() {
      for (const running of [server, ...others]) await running.close();
      await small.close();
      await new Promise((resolve) => fileServer.close(resolve));
    },
  };
}

/** The key within the global id of an ingest. */
export function ingestKey(id: string | null | undefined): string {
  const [kind, key] = Buffer.from(id ?? '', 'base64url')
    .toString()
    .split(':');
  if (kind !== 'Ingest') throw new Error(`${id} is not the id of an ingest`);
  return key;
}
