'use strict';
/** Preloaded into Node by check-install.mjs: a firewall that lets only the package registry and this machine through. */
const dns = require('node:dns');
const net = require('node:net');

const ALLOWED = new Set([process.env.ONLY_HOST, 'localhost']);
const { lookup } = dns;

dns.lookup = (host, ...rest) => {
  if (ALLOWED.has(host) || net.isIP(host) !== 0) return lookup(host, ...rest);
  const refused = Object.assign(new Error(`${host} is not the package registry`), { code: 'ENOTFOUND' });
  process.nextTick(rest.at(-1), refused);
};
