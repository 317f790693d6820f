import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** Headers of a delivery. */
export type SentHeaders = Record<string, string>;

/** A body as Python's `json.dumps` writes it: blanks behind separators, nothing but ASCII. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).map(([key, member]) => `${pythonJson(key)}: ${pythonJson(member)}`);
    return `{${members.join(', ')}}`;
  }
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** What MLflow sends, signed by an implementation that is not ours. */
export function mlflowHeaders(body: string, secret: string, id: string, at: Date): SentHeaders {
  const webhook = new Webhook(Buffer.from(secret, 'utf8'), { format: 'raw' });
  return {
    'x-mlflow-delivery-id': id,
    'x-mlflow-timestamp': seconds(at),
    'x-mlflow-signature': webhook.sign(id, at, body),
  };
}

/** What a sender of Standard Webhooks sends. */
export function standardHeaders(body: string, secret: string, id: string, at: Date): SentHeaders {
  return {
    'webhook-id': id,
    'webhook-timestamp': seconds(at),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  };
}

/** What Weights & Biases sends. */
export function wandbHeaders(
  body: string,
  secret: string,
  token: string,
  encoding: 'hex' | 'base64' = 'hex',
): SentHeaders {
  return {
    authorization: `Bearer ${token}`,
    'x-wandb-signature': createHmac('sha256', secret).update(body).digest(encoding),
  };
}

function seconds(at: Date): string {
  return String(Math.floor(at.getTime() / 1000));
}
