import { once } from 'node:events';
import { createServer } from 'node:net';
import { type Check, failed, ok, warning } from '../check.js';

const ANSWER_MS = 2_000;

/** The server can listen on the configured address, or already does. */
export const port: Check = {
  name: 'port',
  async run(machine) {
    const host = machine.setting('host');
    const number = machine.setting('port');
    const problem = await listenOnce(host, number);
    if (problem === null) return ok(number === 0 ? 'any free one' : `${number} on ${host} is free`);
    if (problem === 'EADDRINUSE') {
      if (await isProbelog(host, number)) return ok(`a ProbeLog server is already listening on ${number}`);
      return failed(
        `${number} on ${host} is in use by another program`,
        `set PORT to another number, or end that program (ss -ltnp 'sport = :${number}')`,
      );
    }
    if (problem === 'EACCES')
      return failed(`this user may not listen on ${number}`, 'set PORT to 1024 or higher');
    if (problem === 'EADDRNOTAVAIL')
      return failed(`${host} is not an address of this machine`, 'set HOST to 127.0.0.1, 0.0.0.0 or ::');
    return warning(`the server cannot listen on ${host}:${number}: ${problem}`, 'change HOST or PORT');
  },
};

/** The error code of an attempt to listen; null if it succeeds. */
async function listenOnce(host: string, number: number): Promise<string | null> {
  const server = createServer();
  try {
    server.listen(number, host);
    await once(server, 'listening');
    return null;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code ?? String(thrown);
  } finally {
    server.close();
  }
}

async function isProbelog(host: string, number: number): Promise<boolean> {
  const address = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host;
  try {
    const url = `http://${address.includes(':') && !address.startsWith('[') ? `[${address}]` : address}:${number}`;
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(ANSWER_MS) });
    return ((await response.json()) as { status?: unknown }).status === 'ok';
  } catch {
    return false;
  }
}
