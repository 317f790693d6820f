import pino, { type Logger } from 'pino';
import type { Config } from '../config/index.js';

/** The log of `serve` and `worker`: JSON lines on standard error. */
export function logToStderr({ logLevel }: Pick<Config, 'logLevel'>): Logger {
  return pino({ level: logLevel }, pino.destination({ dest: 2, sync: true }));
}
