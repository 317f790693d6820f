import { isIP } from 'node:net';
import type { Agent, Dispatcher } from 'undici';
import { ProbelogError } from '../errors/index.js';
import { addressAllowed } from './address-allowed.js';
import { forbiddenAddress, guardedAgent, unguardedAgent } from './guarded-agent.js';
import type { Pace } from './pace.js';
import type { DownloadLimits, RemoteFile } from './remote-file.js';
import { badStatus, shown, tooLarge } from './source-errors.js';

const MAX_REDIRECTS = 5;
/** Compressed responses could be neither measured nor continued. */
const HEADERS = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'probelog' };

/** The connections of one download. */
export interface Connections {
  guarded: Agent;
  unguarded: Agent;
  end(): Promise<void>;
}

export async function openConnections({
  privateAddresses,
  stallMs,
  lookup,
}: DownloadLimits): Promise<Connections> {
  const guarded = await guardedAgent(privateAddresses, stallMs, lookup);
  const unguarded = await unguardedAgent(stallMs, lookup);
  return {
    guarded,
    unguarded,
    end: async () => {
      await Promise.all([guarded.destroy(), unguarded.destroy()]);
    },
  };
}

/** Options of {@link follow}. */
export interface FollowOptions {
  connections: Connections;
  limits: DownloadLimits;
  headers?: Readonly<Record<string, string>>;
  /** Statuses to return; only 200 when absent. */
  accept?(status: number): boolean;
  signal?: AbortSignal;
}

/**
 * Requests a file, following redirects. Scheme and address of each redirect are checked like those of the first URL.
 *
 * Threat model: only the configured origin is trusted. Once a redirect has left it, credentials are not sent any more and
 * private addresses are refused, even for a redirect back to it, which a stranger may have made.
 *
 * @throws ProbelogError SOURCE_FORBIDDEN, SOURCE_NOT_FOUND, SOURCE_DENIED, SOURCE_UNREACHABLE; undici's errors
 */
export async function follow(
  file: RemoteFile,
  { connections, limits, headers, accept = (status) => status === 200, signal }: FollowOptions,
): Promise<Dispatcher.ResponseData> {
  const { request } = await import('undici');
  let at = file.at;
  let url = new URL(file.url);
  let status = 0;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    if (url.origin !== at?.origin) at = undefined;
    checkUrl(url, at === undefined, limits);
    const response = await request(url, {
      dispatcher: at ? connections.unguarded : connections.guarded,
      signal,
      headers: { ...HEADERS, ...at?.headers(url), ...headers },
    });
    if (accept(response.statusCode)) return response;
    status = response.statusCode;
    const { location } = response.headers;
    discardBody(response.body);
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

/** Drops a response without reading its body, which a slow sender could drag out. */
export function discardBody(body: Dispatcher.ResponseData['body']): void {
  body.on('error', () => undefined).destroy();
}

/**
 * Streams the body of a response.
 *
 * @param before bytes of the same file from earlier responses
 * @throws ProbelogError MODEL_TOO_LARGE (declared or sent), SOURCE_TIMEOUT (too slow); undici's errors
 */
export async function* contentOf(
  { headers, body }: Dispatcher.ResponseData,
  { maxBytes }: Pick<DownloadLimits, 'maxBytes'>,
  pace: Pace,
  before = 0,
): AsyncGenerator<Buffer, void, undefined> {
  let bytes = before;
  if (bytes + Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  for await (const chunk of pace.of<Buffer>(body)) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}

function checkUrl(url: URL, guarded: boolean, { privateAddresses }: DownloadLimits): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ProbelogError(
      'SOURCE_FORBIDDEN',
      `URLs with the scheme ${url.protocol} are not fetched. Use http: or https:.`,
    );
  }
  // A literal address needs no lookup by the socket, so it is checked here.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (guarded && isIP(host) && !addressAllowed(host, privateAddresses)) throw forbiddenAddress(host);
}
