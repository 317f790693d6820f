import type { SentHeaders } from './signing.js';

/** A delivery: what was sent, and what the receiver answered. */
export interface Delivered {
  sent: { headers: SentHeaders; body: string };
  status: number;
  body: { ingest: string | null; status: string };
}

/** Sends a body as it is. @param headers without the type */
export async function deliver(receiver: string, body: string, headers: SentHeaders): Promise<Delivered> {
  const response = await fetch(receiver, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { sent: { headers, body }, status: response.status, body: (await response.json()) as never };
}
