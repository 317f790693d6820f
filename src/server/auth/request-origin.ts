import type { IncomingMessage } from 'node:http';
import proxyAddress from '@fastify/proxy-addr';

/** The client address of a request, and the host name it was sent to. */
export interface Origin {
  /** Null once the connection is gone. */
  address: string | null;
  /** With the port, where one was given. */
  host: string | undefined;
}

/**
 * Reads where a request came from as Fastify does for those that it answers; one that becomes a WebSocket never gets there.
 *
 * Threat model: any client can write these headers. Only what a trusted proxy has added is
 * believed: from our side of the list on, up to the first address that is not a trusted proxy's.
 *
 * @param trustedProxies addresses and ranges; without any, no header is believed
 */
export function originReader(trustedProxies: readonly string[]): (request: IncomingMessage) => Origin {
  const isTrusted = trustedProxies.length > 0 ? proxyAddress.compile([...trustedProxies]) : () => false;
  return (request) => {
    const { socket, headers } = request;
    if (socket.remoteAddress === undefined) return { address: null, host: headers.host };
    const named = headers['x-forwarded-host'];
    const names = (Array.isArray(named) ? named.join(',') : (named ?? '')).split(',');
    const told = isTrusted(socket.remoteAddress, 0) ? names.at(-1)?.trim() : undefined;
    return { address: proxyAddress(request, isTrusted), host: told || headers.host };
  };
}
