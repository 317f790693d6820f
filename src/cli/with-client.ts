import { type Command, Option } from 'commander';
import type { Service } from '../app/index.js';
import type { ProbelogClient } from '../client/index.js';
import { ProbelogError } from '../errors/index.js';
import { untilInterrupted } from './interrupt.js';

/** The flag of commands that ask a server as well as the data folder. */
export interface UrlFlag {
  url?: string;
}

export function withUrl(command: Command): Command {
  return command.addOption(
    new Option(
      '--url <url>',
      'ask this server, such as http://127.0.0.1:4000, instead of the data folder; its key comes from PROBELOG_KEY or the file PROBELOG_KEY_FILE',
    ).env('PROBELOG_URL'),
  );
}

/**
 * Gives a command a client: of the server at `--url`, or of the data folder, which is opened in this process and closed
 * afterwards. An interruption ends the command.
 *
 * @param work whether this process runs ingests; a server's own workers do
 * @param use must hold nothing open after its signal has aborted; it gets the service of the data folder, too
 * @throws ProbelogError INPUT_INVALID, and as `openService`
 */
export async function withClient(
  { url, work = false }: UrlFlag & { work?: boolean },
  use: (client: ProbelogClient, signal: AbortSignal, service?: Service) => Promise<void>,
): Promise<void> {
  if (url === undefined) {
    const { withService } = await import('./service.js');
    const { localClient } = await import('./in-process-fetch.js');
    return withService(work, (service, signal) => use(localClient(service), signal, service));
  }
  const server = serverAt(url);
  const { createClient } = await import('../client/index.js');
  const { readClientKey, readEnvironment } = await import('../config/index.js');
  const key = readClientKey(readEnvironment());
  return untilInterrupted((interrupted) => {
    // A request under way would keep the process.
    const fetch = (address: URL, { signal, ...init }: RequestInit) =>
      globalThis.fetch(address, {
        ...init,
        signal: signal ? AbortSignal.any([signal, interrupted]) : interrupted,
      });
    return use(createClient({ url: server, key, fetch }), interrupted);
  });
}

/** @throws ProbelogError INPUT_INVALID. A key in the address would end up in the history of the shell. */
function serverAt(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url;
  throw new ProbelogError(
    'INPUT_INVALID',
    '--url must be the address of a server, such as http://127.0.0.1:4000, without a user or password.',
  );
}
