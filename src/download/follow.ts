import { isIP } from 'node:net';
import { type Agent, type Dispatcher, request } from 'undici';
import { ProbelogError } from '../errors/index.js';
import { addressAllowed } from './address-allowed.js';
import { forbiddenAddress, guardedAgent, unguardedAgent } from './guarded-agent.js';
import type { DownloadLimits, RemoteFile } from './remote-file.js';
import { badStatus, shown } from './source-errors.js';

const MAX_REDIRECTS = 5;
/** What is compressed on the way could be neither measured nor continued. */
const PLAIN = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'probelog' };

/** Connections of one download; they end with it. */
export interface Connections {
  guarded: Agent;
  unguarded: Agent;
  end(): Promise<void>;
}

export function openConnections({ privateAddresses, stallMs, lookup }: DownloadLimits): Connections {
  const guarded = guardedAgent(privateAddresses, stallMs, lookup);
  const unguarded = unguardedAgent(stallMs, lookup);
  return {
    guarded,
    unguarded,
    end: async () => {
      await Promise.all([guarded.destroy(), unguarded.destroy()]);
    },
  };
}

/** How a file is asked for. */
export interface FollowOptions {
  connections: Connections;
  limits: DownloadLimits;
  headers?: Readonly<Record<string, string>>;
  /** Statuses that are an answer; 200 alone when absent. */
  accept?(status: number): boolean;
  signal?: AbortSignal;
}

/**
 * Asks for a file, through redirects. Each one is checked as if it were the first URL: scheme and address. What the settings
 * vouch for is the configured origin alone: once a redirect has left it, credentials and the leave to be at a private
 * address are gone, also for a redirect back, which a stranger may have made.
 *
 * @throws ProbelogError SOURCE_FORBIDDEN, SOURCE_NOT_FOUND, SOURCE_DENIED, SOURCE_UNREACHABLE; undici's errors
 */
export async function follow(
  file: RemoteFile,
  { connections, limits, headers, accept = (status) => status === 200, signal }: FollowOptions,
): Promise<Dispatcher.ResponseData> {
  let at = file.at;
  let url = new URL(file.url);
  let status = 0;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    if (url.origin !== at?.origin) at = undefined;
    checkUrl(url, at === undefined, limits);
    const response = await request(url, {
      dispatcher: at ? connections.unguarded : connections.guarded,
      signal,
      headers: { ...PLAIN, ...at?.headers(url), ...headers },
    });
    if (accept(response.statusCode)) return response;
    status = response.statusCode;
    const { location } = response.headers;
    leave(response.body);
    if (status < 300 || status > 399 || typeof location !== 'string' || !URL.canParse(location, url.href)) {
      throw badStatus(url, status, at?.advice);
    }
    url = new URL(location, url);
  }
  throw new ProbelogError(
    'SOURCE_UNREACHABLE',
    `${shown(new URL(file.url))} redirects more than ${MAX_REDIRECTS} times.`,
    { status },
  );
}

/** Ends an answer whose body nobody wants. To read it to its end, however short, would be to wait for whoever drips. */
export function leave(body: Dispatcher.ResponseData['body']): void {
  body.on('error', () => undefined).destroy();
}

function checkUrl(url: URL, guarded: boolean, { privateAddresses }: DownloadLimits): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ProbelogError('SOURCE_FORBIDDEN', `${url.protocol} URLs are not fetched; use http: or https:.`);
  }
  // The socket's look-up is not asked about literal addresses, so those are checked here.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (guarded && isIP(host) && !addressAllowed(host, privateAddresses)) throw forbiddenAddress(host);
}
