import { type LookupAddress, type LookupAllOptions, lookup as systemLookup } from 'node:dns';
import type { Agent } from 'undici';
import { ProbelogError } from '../errors/index.js';
import { addressAllowed } from './address-allowed.js';

/** Resolves all addresses of a name, like `dns.lookup`. */
export type LookupFunction = (
  host: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

type SocketLookupCallback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/**
 * An HTTP agent that connects to allowed addresses only.
 *
 * The check is part of the socket's own name lookup, so the checked address is the one that is used: a name that resolves
 * differently the second time (DNS rebinding) gains nothing.
 *
 * @param openRanges see {@link addressAllowed}
 * @param stallMs a request without progress for this time fails
 */
export async function guardedAgent(
  openRanges: readonly string[],
  stallMs: number,
  lookup: LookupFunction = systemLookup,
): Promise<Agent> {
  const guardedLookup = (
    host: string,
    options: { all?: boolean; family?: number },
    callback: SocketLookupCallback,
  ) => {
    lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const refused = addresses.find(({ address }) => !addressAllowed(address, openRanges));
      if (refused) return callback(forbiddenAddress(host), []);
      return options.all
        ? callback(null, addresses)
        : callback(null, addresses[0].address, addresses[0].family);
    });
  };
  return agentWith(guardedLookup, stallMs);
}

/** An HTTP agent without these checks, for servers named by the operator's settings. */
export function unguardedAgent(stallMs: number, lookup?: LookupFunction): Promise<Agent> {
  return agentWith(lookup, stallMs);
}

/** The library takes long to load, and short commands download nothing. */
async function agentWith(lookup: unknown, stallMs: number): Promise<Agent> {
  const { Agent } = await import('undici');
  return new Agent({
    connect: { lookup: lookup as never, timeout: stallMs },
    headersTimeout: stallMs,
    bodyTimeout: stallMs,
  });
}

/** Does not reveal the address of the name, which would help to map the internal network. */
export function forbiddenAddress(host: string): ProbelogError {
  return new ProbelogError(
    'SOURCE_FORBIDDEN',
    `${host} is a private, local or reserved address. Use a public address, or allow its range with PROBELOG_PRIVATE_ADDRESSES.`,
    { host },
  );
}
