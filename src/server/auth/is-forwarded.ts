import type { IncomingMessage } from 'node:http';

/** What proxies add beside `x-forwarded-…`; RFC 7239 has `forwarded`, RFC 9110, section 7.6.3, has `via`. */
const ADDED = ['forwarded', 'via', 'x-real-ip', 'x-client-ip', 'true-client-ip', 'cf-connecting-ip'];

/**
 * Whether a request shows that a proxy forwarded it.
 *
 * Threat model: a proxy beside a server without keys may let in the whole world as this machine's user. Proxies identify
 * themselves in different ways, and some speak HTTP/1.0 to the server, which no client of ours does. A proxy that adds
 * nothing at all looks like this machine's user; only a key helps against that.
 */
export function isForwarded({
  headers,
  httpVersionMajor,
  httpVersionMinor,
}: Pick<IncomingMessage, 'headers' | 'httpVersionMajor' | 'httpVersionMinor'>): boolean {
  if (httpVersionMajor < 1 || (httpVersionMajor === 1 && httpVersionMinor === 0)) return true;
  return Object.keys(headers).some((name) => name.startsWith('x-forwarded-') || ADDED.includes(name));
}
