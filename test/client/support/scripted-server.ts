import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that answers as a test says, for what a real one does too seldom. */
export interface ScriptedServer {
  url: string;
  /** The requests so far. */
  asked: { method: string; path: string; body: string }[];
  close(): Promise<void>;
}

/** One answer for each request, in order; the last one for all that follow. */
export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** @param answers at least one */
export async function openScriptedServer(...answers: Answer[]): Promise<ScriptedServer> {
  const asked: ScriptedServer['asked'] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push({ method: request.method ?? '', path: request.url ?? '', body });
    answer(response, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An answer of JSON. */
export function json(body: object, status = 200, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

/** An answer that is an error of ProbeLog. */
export function refusal(code: string, status: number, headers: Record<string, string> = {}): Answer {
  return json({ errors: [{ message: `It is ${code}.`, extensions: { code } }] }, status, headers);
}

/** The connection breaks where an answer should be. */
export const broken: Answer = (response) => void response.socket?.resetAndDestroy();
