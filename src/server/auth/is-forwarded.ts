import type { IncomingMessage } from 'node:http';

/** What proxies add beside `x-forwarded-…`; RFC 7239 has `forwarded`, RFC 9110, section 7.6.3, has `via`. */
const ADDED = ['forwarded', 'via', 'x-real-ip', 'x-client-ip', 'true-client-ip', 'cf-connecting-ip'];

/**
 * Whether a request shows that a proxy forwarded it.
 *
 * Threat model: a proxy beside a server without keys may carry in the whole world under the name of this machine. Each proxy
 * tells of itself in its own way, and some speak HTTP/1.0 to what is behind them, which no client of ours does. One that
 * adds nothing at all cannot be told from this machine's user: against that one, only a key helps.
 */
export function isForwarded({
  headers,
  httpVersionMajor,
  httpVersionMinor,
}: Pick<IncomingMessage, 'headers' | 'httpVersionMajor' | 'httpVersionMinor'>): boolean {
  if (httpVersionMajor < 1 || (httpVersionMajor === 1 && httpVersionMinor === 0)) return true;
  return Object.keys(headers).some((name) => name.startsWith('x-forwarded-') || ADDED.includes(name));
}
