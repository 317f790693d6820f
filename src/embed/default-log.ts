import type { Log } from '../app/index.js';

/** The log of a host that gave none: warnings and errors, one line each. */
export const defaultLog: Log = (level, message, details) => {
  if (level === 'info') return;
  const facts = details ? ` ${JSON.stringify(details, withErrors)}` : '';
  process.stderr.write(`probelog: ${level}: ${message}${facts}\n`);
};

/** JSON.stringify drops the message and stack of errors. */
function withErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.stack : value;
}
