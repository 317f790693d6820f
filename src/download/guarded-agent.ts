import { type LookupAddress, type LookupAllOptions, lookup as systemLookup } from 'node:dns';
import { Agent } from 'undici';
import { ProbelogError } from '../errors/index.js';
import { addressAllowed } from './address-allowed.js';

/** Finds all addresses of a name, as `dns.lookup` does. */
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
 * The check sits in the socket's own name look-up, so the address that was checked is the address that is used:
 * a name that answers differently the second time (DNS rebinding) gains nothing.
 *
 * @param openRanges see {@link addressAllowed}
 * @param stallMs time without progress after which a request is given up
 */
export function guardedAgent(
  openRanges: readonly string[],
  stallMs: number,
  lookup: LookupFunction = systemLookup,
): Agent {
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
  return new Agent({ connect: { lookup: guardedLookup as never, timeout: stallMs }, ...patience(stallMs) });
}

/** An HTTP agent without those checks, for servers that the operator's settings name. */
export function unguardedAgent(stallMs: number, lookup?: LookupFunction): Agent {
  return new Agent({ connect: { lookup: lookup as never, timeout: stallMs }, ...patience(stallMs) });
}

function patience(stallMs: number) {
  return { headersTimeout: stallMs, bodyTimeout: stallMs };
}

/** The refusal of a host; it does not tell which address the name has, which would map the inside network. */
export function forbiddenAddress(host: string): ProbelogError {
  return new ProbelogError(
    'SOURCE_FORBIDDEN',
    `${host} is a private, local or reserved address. Only public addresses are fetched, unless PROBELOG_PRIVATE_ADDRESSES opens a range.`,
    { host },
  );
}
