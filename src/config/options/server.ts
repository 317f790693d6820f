import { z } from 'zod';
import { wholeNumber } from '../formats.js';
import { option } from './option.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Settings of the server, and of where it keeps its data. */
export const SERVER_OPTIONS = {
  host: option(
    {
      variable: 'HOST',
      description: 'Address that the server listens on.',
      allowed: 'a host name or IP address',
      fallback: '127.0.0.1',
    },
    z.string().regex(/^[\w.:-]+$/),
  ),
  port: option(
    {
      variable: 'PORT',
      description: 'Port that the server listens on; 0 picks a free one.',
      allowed: 'a whole number from 0 to 65535',
      fallback: '4000',
    },
    wholeNumber(0, 65_535),
  ),
  logLevel: option(
    {
      variable: 'LOG_LEVEL',
      description: 'Least severe level that is logged.',
      allowed: LOG_LEVELS.join(', '),
      fallback: 'info',
    },
    z.enum(LOG_LEVELS),
  ),
  dataFolder: option(
    {
      variable: 'PROBELOG_DATA',
      description: 'Folder for the embedded database, stored files and search snapshots.',
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
        'PostgreSQL schema of the tables on that server; made when it is not there. Several ProbeLogs, and other programs, share a database by schemas of their own.',
      allowed: 'lower-case letters, digits and _, at most 63, not beginning with a digit or pg_',
      fallback: 'public',
    },
    z.string().regex(/^(?!pg_)[a-z_][a-z\d_]{0,62}$/),
  ),
};
