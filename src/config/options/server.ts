import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { decimalNumber, wholeNumber } from './formats.js';
import { option } from './option.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Settings of the server and its storage. */
export const SERVER_OPTIONS = {
  host: option(
    {
      variable: 'HOST',
      description: 'Address the server listens on.',
      allowed: 'a host name or IP address',
      fallback: '127.0.0.1',
    },
    z.string().refine(isHost),
  ),
  port: option(
    {
      variable: 'PORT',
      description: 'Port the server listens on; 0 picks a free one.',
      allowed: 'a whole number from 0 to 65535',
      fallback: '4000',
    },
    wholeNumber(0, 65_535),
  ),
  logLevel: option(
    {
      variable: 'LOG_LEVEL',
      description: 'Lowest level that is logged.',
      allowed: LOG_LEVELS.join(', '),
      fallback: 'info',
    },
    z.enum(LOG_LEVELS),
  ),
  dataFolder: option(
    {
      variable: 'PROBELOG_DATA',
      description: 'Folder for the embedded database, blobs and search files.',
      allowed: 'a folder path',
      fallback: './data',
    },
    z.string().min(1),
  ),
  databaseUrl: option(
    {
      variable: 'DATABASE_URL',
      description: 'PostgreSQL server to use instead of the embedded database.',
      allowed: 'postgresql://user:password@host:port/database',
      secret: true,
    },
    z
      .string()
      .regex(/^postgres(ql)?:\/\/.+/)
      .optional(),
  ),
  databaseSchema: option(
    {
      variable: 'PROBELOG_DATABASE_SCHEMA',
      description:
        'PostgreSQL schema for the tables on that server; created if it does not exist. Give each ProbeLog that shares a database a schema of its own.',
      allowed: 'up to 63 lowercase letters, digits and _, not starting with a digit or pg_',
      fallback: 'public',
    },
    z.string().regex(/^(?!pg_)[a-z_][a-z\d_]{0,62}$/),
  ),
  cleanupShare: option(
    {
      variable: 'PROBELOG_CLEANUP_SHARE',
      description:
        'Largest share of all stored files that one cleanup may remove. If the database refers to fewer, it may be the wrong one, and nothing is removed.',
      allowed: 'a number from 0 to 1',
      fallback: '0.5',
    },
    decimalNumber(0, 1),
  ),
  trashDays: option(
    {
      variable: 'PROBELOG_TRASH_DAYS',
      description: 'Days for which files that a cleanup removed stay in `blobs/trash` of the data folder.',
      allowed: 'a whole number from 0 to 3650',
      fallback: '7',
    },
    wholeNumber(0, 3650),
  ),
};

/** A name whose last part is a number would be an IPv4 address, so it must be a whole one. */
function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true;
  const parts = text.split('.');
  return (
    text.length <= 253 &&
    parts.every((part) => /^(?!-)[\w-]{1,63}(?<!-)$/.test(part)) &&
    !/^(\d+|0x[\da-f]*)$/i.test(parts.at(-1) ?? '')
  );
}

/** Whether a server that listens on `host` can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  return ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback';
}
