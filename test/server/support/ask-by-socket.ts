import type { FormattedExecutionResult } from 'graphql';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

/** What is sent with an operation on a WebSocket. */
export interface SocketRequest {
  variables?: Record<string, unknown>;
  /** Headers of the request that opens the connection. */
  headers?: Record<string, string>;
  /** A key, for the first message. */
  secret?: string;
}

/** Asks one operation on a WebSocket of its own; rejects with GraphQL's errors, or with what closed the connection. */
export async function askBySocket(
  url: string,
  query: string,
  { variables, headers = {}, secret }: SocketRequest = {},
): Promise<FormattedExecutionResult<Record<string, unknown>, unknown>> {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: class extends WebSocket {
      constructor(address: string, protocols?: string | string[]) {
        super(address, protocols, { headers });
      }
    },
    connectionParams: secret === undefined ? undefined : { authorization: `Bearer ${secret}` },
    retryAttempts: 0,
  });
  try {
    return await new Promise((resolve, reject) => {
      client.subscribe<Record<string, unknown>>(
        { query, variables },
        { next: resolve, error: reject, complete: () => undefined },
      );
    });
  } finally {
    await client.dispose();
  }
}
