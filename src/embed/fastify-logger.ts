import type { FastifyBaseLogger } from 'fastify';
import type { Log } from '../app/index.js';

/** Passes what Fastify logs to our log. */
export function fastifyLogger(log: Log): FastifyBaseLogger {
  const at =
    (level: 'info' | 'warn' | 'error') =>
    (first: unknown, message?: string): void =>
      message === undefined ? log(level, String(first)) : log(level, message, first as object);
  const silent = () => undefined;
  const logger: FastifyBaseLogger = {
    level: 'info',
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('error'),
    debug: silent,
    trace: silent,
    silent,
    child: () => logger,
  };
  return logger;
}
