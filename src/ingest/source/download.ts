import { isIP } from 'node:net';
import { type Agent, errors, request } from 'undici';
import { ProbelogError } from '../../errors/index.js';
import { addressAllowed } from './address-allowed.js';
import { forbiddenAddress, guardedAgent } from './guarded-agent.js';

const MOST_REDIRECTS = 5;

/** What limits a download; see the settings of the same names. */
export interface DownloadLimits {
  privateAddresses: readonly string[];
  stallMs: number;
  maxBytes: number;
}

/**
 * Streams what an http(s) URL answers with status 200.
 *
 * Every redirect is checked as if it were the first URL: scheme, address, credentials.
 *
 * @throws ProbelogError SOURCE_FORBIDDEN (scheme or address), SOURCE_NOT_FOUND (404, 410), SOURCE_UNREACHABLE (any
 * other status, refused connection, unknown host, too many redirects), SOURCE_TIMEOUT (no byte for `stallMs`),
 * MODEL_TOO_LARGE (more than `maxBytes`, declared or sent)
 */
export async function* download(
  url: string,
  limits: DownloadLimits,
  signal?: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const agent = guardedAgent(limits.privateAddresses, limits.stallMs);
  try {
    const response = await follow(url, agent, limits, signal);
    const declared = Number(response.headers['content-length'] ?? 0);
    if (declared > limits.maxBytes) throw tooLarge(limits.maxBytes);
    let received = 0;
    for await (const chunk of response.body) {
      received += chunk.length;
      if (received > limits.maxBytes) throw tooLarge(limits.maxBytes);
      yield chunk;
    }
  } catch (thrown) {
    throw signal?.aborted ? signal.reason : asSourceError(thrown, url, limits);
  } finally {
    await agent.destroy();
  }
}

async function follow(url: string, agent: Agent, limits: DownloadLimits, signal?: AbortSignal) {
  let current = checkedUrl(url, limits);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await request(current, { dispatcher: agent, signal, headers: { accept: '*/*' } });
    const { statusCode: status, headers } = response;
    if (status === 200) return response;
    await response.body.dump();
    const location = headers.location;
    if (status < 300 || status > 399 || typeof location !== 'string') throw badStatus(current, status);
    current = checkedUrl(new URL(location, current).href, limits);
  }
  throw new ProbelogError('SOURCE_UNREACHABLE', `${shown(url)} redirects more than ${MOST_REDIRECTS} times.`);
}

function checkedUrl(text: string, limits: DownloadLimits): URL {
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ProbelogError('SOURCE_FORBIDDEN', `${url.protocol} URLs are not fetched; use http: or https:.`);
  }
  // The socket's look-up is not asked about literal addresses, so those are checked here.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) && !addressAllowed(host, limits.privateAddresses)) throw forbiddenAddress(host);
  return url;
}

function badStatus(url: URL, status: number): ProbelogError {
  const code = status === 404 || status === 410 ? 'SOURCE_NOT_FOUND' : 'SOURCE_UNREACHABLE';
  return new ProbelogError(code, `${shown(url.href)} answered with status ${status}, not 200.`, { status });
}

function tooLarge(limit: number): ProbelogError {
  return new ProbelogError('MODEL_TOO_LARGE', `The source sends more than the limit of ${limit} bytes.`, {
    limit,
  });
}

function asSourceError(thrown: unknown, url: string, limits: DownloadLimits): unknown {
  if (thrown instanceof ProbelogError) return thrown;
  const cause = (thrown as Error).cause;
  if (cause instanceof ProbelogError) return cause;
  const stalled = [errors.HeadersTimeoutError, errors.BodyTimeoutError, errors.ConnectTimeoutError];
  if (stalled.some((kind) => thrown instanceof kind)) {
    const seconds = limits.stallMs / 1000;
    return new ProbelogError('SOURCE_TIMEOUT', `${shown(url)} sent nothing for ${seconds} s.`, { seconds });
  }
  const reason = (thrown as NodeJS.ErrnoException).code ?? (thrown as Error).message;
  return new ProbelogError(
    'SOURCE_UNREACHABLE',
    `${shown(url)} cannot be read (${reason}).`,
    {},
    { cause: thrown },
  );
}

/** A URL without what may be a secret: user, password and query. */
function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
