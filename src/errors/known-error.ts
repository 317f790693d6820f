import { ProbelogError } from './probelog-error.js';

const DISK_FULL = ['ENOSPC', 'EDQUOT', 'EFBIG'];
const UNUSABLE: Readonly<Record<string, string>> = {
  EACCES: 'this user may not use one of its files',
  EPERM: 'this user may not change one of its files',
  EROFS: 'its file system is read-only',
  EIO: 'the disk reports an error',
  ESTALE: 'the network file system has lost it',
  EMFILE: 'this process has too many files open; raise its limit (ulimit -n)',
  ENFILE: 'this machine has too many files open',
};
/** SQLSTATE: five digits or letters. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SQL_STATE = /^[0-9A-Z]{5}$/;
const MAX_CAUSES = 8;

/**
 * The coded error behind an error of the operating system or the database that says how this machine is, not that ProbeLog has a
 * bug: a full or read-only disk, a database that is gone or damaged. Every boundary at which errors leave (command line, GraphQL,
 * HTTP, ingests) asks it before it calls an error internal.
 *
 * @returns null for any other error, and the error itself if it has a code of ours
 */
export function knownError(thrown: unknown): ProbelogError | null {
  for (const error of causesOf(thrown)) {
    if (error instanceof ProbelogError) return error;
    const code = typeof error.code === 'string' ? error.code : '';
    const known = storageError(code) ?? databaseError(sqlStateOf(error)) ?? connectionError(code);
    if (known) return new ProbelogError(...known, {}, { cause: thrown });
  }
  return null;
}

/** The {@link knownError}, or the error as it is. */
export function asKnownError(thrown: unknown): unknown {
  return knownError(thrown) ?? thrown;
}

type Known = ConstructorParameters<typeof ProbelogError> extends [infer Code, infer Text, ...unknown[]]
  ? readonly [code: Code, message: Text]
  : never;

interface Thrown {
  code?: unknown;
  cause?: unknown;
  meta?: unknown;
  driverAdapterError?: unknown;
  originalCode?: unknown;
}

/** The error and what caused it. Prisma hides the database's own error in `meta.driverAdapterError.cause`. */
function* causesOf(thrown: unknown): Generator<Thrown> {
  const next = [thrown];
  for (let count = 0; next.length > 0 && count < MAX_CAUSES; count++) {
    const error = next.shift();
    if (error === null || typeof error !== 'object') continue;
    const seen = error as Thrown;
    yield seen;
    next.push(seen.cause, seen.meta, seen.driverAdapterError);
  }
}

function storageError(code: string): Known | null {
  if (DISK_FULL.includes(code))
    return [
      'STORAGE_FULL',
      'The disk of the data folder is full. Free some space and try again. No incomplete file was left.',
    ];
  const reason = UNUSABLE[code];
  if (reason === undefined) return null;
  return [
    'STORAGE_UNUSABLE',
    `The data folder cannot be used: ${reason}. \`probelog doctor\` says what to do.`,
  ];
}

function sqlStateOf({ code, originalCode }: Thrown): string {
  const states = [originalCode, code].filter((state) => typeof state === 'string' && SQL_STATE.test(state));
  return String(states[0] ?? '');
}

function databaseError(state: string): Known | null {
  if (state === '53100')
    return ['STORAGE_FULL', 'The disk of the database is full. Free some space and try again.'];
  if (state === '25006')
    return [
      'DATABASE_UNAVAILABLE',
      'The database is read-only. Connect to the primary server (DATABASE_URL).',
    ];
  if (state.startsWith('XX00') && state !== 'XX000')
    return [
      'DATABASE_UNAVAILABLE',
      'The database is damaged. Restore a backup into an empty data folder or schema.',
    ];
  if (state.startsWith('58'))
    return [
      'DATABASE_UNAVAILABLE',
      'The database cannot read or write its files. Check its disk, or restore a backup.',
    ];
  if (/^(08|53|57P)/.test(state))
    return [
      'DATABASE_UNAVAILABLE',
      'The database does not answer. Check DATABASE_URL and the PostgreSQL server.',
    ];
  return null;
}

/** Prisma's own codes of a database that cannot be reached. */
function connectionError(code: string): Known | null {
  if (!['P1000', 'P1001', 'P1002', 'P1008', 'P1017'].includes(code)) return null;
  return [
    'DATABASE_UNAVAILABLE',
    'The database does not answer. Check DATABASE_URL and the PostgreSQL server.',
  ];
}
