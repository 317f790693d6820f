import { once } from 'node:events';
import { createServer } from 'node:net';
import { type Check, failed, ok, warning } from '../check.js';

const ANSWER_MS = 2_000;

/** The server can listen where the settings say, or does so already. */
export const port: Check = {
  name: 'port',
  async run(machine) {
    const host = machine.setting('host');
    const number = machine.setting('port');
    const problem = await listenOnce(host, number);
    if (problem === null) return ok(number === 0 ? 'any that is free' : `${number} on ${host} is free`);
    if (problem === 'EADDRINUSE') {
      if (await isProbelog(host, number)) return ok(`a ProbeLog answers on ${number} already`);
      return failed(
        `${number} on ${host} is taken by another program`,
        `set PORT to another number, or end that program (ss -ltnp 'sport = :${number}')`,
      );
    }
    if (problem === 'EACCES')
      return failed(`${number} is not for this user to listen on`, 'set PORT to a number from 1024 on');
    if (problem === 'EADDRNOTAVAIL')
      return failed(`${host} is no address of this machine`, 'set HOST to 127.0.0.1, 0.0.0.0 or ::');
    return warning(`${host}:${number} cannot be listened on: ${problem}`, 'set HOST and PORT to others');
  },
};

/** The code of what hinders; null when nothing does. */
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
