import type { Command } from 'commander';
import { readClientKey, readEnvironment } from '../config/index.js';
import { ProbelogError } from '../errors/index.js';
import { endSignal, fired } from './end-signal.js';
import { EXIT } from './exit-codes.js';
import { load } from './lazy-load.js';
import type { Registry } from './registry.js';

/** Whom a command asks. */
export interface UrlFlag {
  url?: string;
}

/** Adds the flag of commands that a server answers as well as a data folder. */
export function withUrl(command: Command): Command {
  return command.option(
    '--url <url>',
    'ask this server, such as http://127.0.0.1:4000, and not the data folder; with the key in PROBELOG_KEY or the file PROBELOG_KEY_FILE',
  );
}

/** What a command asks, and how. */
export interface RegistryOptions extends UrlFlag {
  /** Whether the command ingests models; where a server is asked, its own workers do. */
  work?: boolean;
}

/**
 * Opens what a command asks, and closes it whatever happens; Ctrl-C and SIGTERM end it.
 *
 * Each kind is loaded when it is asked for: whoever asks a server need not wait for a database to be loaded, and whoever
 * misspelt a flag for neither.
 *
 * @param use it ends soon after its signal fires: what goes on waiting keeps the process
 * @throws ProbelogError as `openService`; INPUT_INVALID
 */
export async function withRegistry(
  { url, work = false }: RegistryOptions,
  use: (registry: Registry, interrupted: AbortSignal) => Promise<void>,
): Promise<void> {
  if (url === undefined) {
    const withService = await load(async () => (await import('./with-service.js')).withService);
    const localRegistry = await load(async () => (await import('./local/local-registry.js')).localRegistry);
    return withService(work, (service, interrupted) => use(localRegistry(service), interrupted));
  }
  const server = serverAt(url);
  const remoteRegistry = await load(async () => (await import('./remote/remote-registry.js')).remoteRegistry);
  const key = readClientKey(readEnvironment());
  const interrupted = endSignal();
  const fetch = (address: URL, { signal, ...request }: RequestInit) =>
    globalThis.fetch(address, {
      ...request,
      signal: signal ? AbortSignal.any([signal, interrupted]) : interrupted,
    });
  await Promise.race([use(remoteRegistry({ url: server, key, fetch }), interrupted), fired(interrupted)]);
  if (interrupted.aborted) process.exitCode = EXIT.interrupted;
}

/** @throws ProbelogError INPUT_INVALID; a key in the address would stand in the history of the shell */
function serverAt(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url;
  throw new ProbelogError(
    'INPUT_INVALID',
    '--url must be the address of a server, such as http://127.0.0.1:4000, without user and password.',
  );
}
