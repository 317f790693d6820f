import pino, { type Logger } from 'pino';
import type { Config } from '../config/index.js';

/** The log of `serve` and `worker`: JSON lines on standard error. */
export function logToStderr({ logLevel }: Pick<Config, 'logLevel'>): Logger {
  // Without a serializer, an error has no fields in JSON.
  const serializers = { error: pino.stdSerializers.err };
  return pino({ level: logLevel, serializers }, pino.destination({ dest: 2, sync: true }));
}
