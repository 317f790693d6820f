import ipaddr from 'ipaddr.js';

/**
 * Whether a download may connect to this address.
 *
 * Threat model: a source URL is attacker data, so without this check the service would fetch cloud metadata,
 * neighboring services or itself for an outsider (SSRF). Only globally routed unicast addresses pass;
 * private, loopback, link-local, carrier-grade, documentation and multicast ranges do not, also when wrapped as
 * IPv4-mapped, 6to4, NAT64 or Teredo addresses, nor do IPv6 addresses outside the only block that is assigned as global
 * unicast (2000::/3, RFC 4291 and IANA's registry), such as IPv4-compatible ones. An operator may open ranges (`PROBELOG_PRIVATE_ADDRESSES`).
 *
 * @param address an IP address in text form
 * @param openRanges addresses or CIDR ranges that are allowed in addition
 */
export function addressAllowed(address: string, openRanges: readonly string[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return isPublic(parsed) || openRanges.some((range) => contains(range, parsed));
}

/** Looks public, but serves metadata, keys and names to every machine on Azure. */
const AZURE_WIRE_SERVER = '168.63.129.16';
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv6
    ? address.match(GLOBAL_UNICAST)
    : address.toString() !== AZURE_WIRE_SERVER;
}

function contains(range: string, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  const [base, bits] = ipaddr.isValidCIDR(range) ? ipaddr.parseCIDR(range) : wholeAddress(range);
  return base.kind() === address.kind() && address.match(base, bits);
}

function wholeAddress(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
