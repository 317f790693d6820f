import type { Log } from '../app/index.js';

/** The log of a host that gave none: what somebody should see to, one line each. */
export const logToStderr: Log = (level, message, details) => {
  if (level === 'info') return;
  const facts = details ? ` ${JSON.stringify(details, withErrors)}` : '';
  process.stderr.write(`probelog: ${level}: ${message}${facts}\n`);
};

/** JSON knows nothing of errors. */
function withErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.stack : value;
}
