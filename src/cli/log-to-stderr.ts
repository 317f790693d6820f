import pino, { type Logger } from 'pino';
import type { Config } from '../config/index.js';

/** The log of a process that runs until it is told to end: JSON lines on standard error. */
export function logToStderr({ logLevel }: Pick<Config, 'logLevel'>): Logger {
  return pino({ level: logLevel }, pino.destination({ dest: 2, sync: true }));
}
