import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Dispatcher, Pool } from 'undici';

/** A signed Standard Webhook, ready to be posted. */
export interface SignedDelivery {
  body: string;
  headers: Record<string, string>;
}

/** A delivery about a new model version. @param file where its model is; a made-up address when absent */
export function signedDelivery(secret: string, name = newName(), file?: string): SignedDelivery {
  const now = new Date();
  const body = JSON.stringify({
    type: 'model.version.created',
    timestamp: now.toISOString(),
    data: { name, version: '1', url: file ?? `https://models.example.org/${name}.onnx` },
  });
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': name,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(name, now, body),
    },
  };
}

/** Sends requests 0…count−1, so many at a time; returns how long each took, in milliseconds. */
export async function sendAll(
  count: number,
  atOnce: number,
  send: (index: number) => Promise<number>,
): Promise<number[]> {
  const waits: number[] = [];
  let next = 0;
  const sender = async () => {
    while (next < count) waits.push(await send(next++));
  };
  await Promise.all(Array.from({ length: atOnce }, sender));
  return waits;
}

/**
 * Sends one request and waits for the whole answer; returns how long that took, in milliseconds.
 *
 * @param onAnswer takes the body of the answer
 * @throws Error when the status is not the expected one
 */
export async function timedRequest(
  pool: Pool,
  expected: number,
  request: Dispatcher.RequestOptions,
  onAnswer?: (body: string) => void,
): Promise<number> {
  const started = performance.now();
  const { statusCode, body } = await pool.request(request);
  const text = await body.text();
  const took = performance.now() - started;
  if (statusCode !== expected) throw new Error(`${request.path} answered ${statusCode}: ${text}`);
  onAnswer?.(text);
  return took;
}

function newName(): string {
  return `msg_${randomBytes(12).toString('hex')}`;
}
