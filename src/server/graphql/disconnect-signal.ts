import { type EventEmitter, setMaxListeners } from 'node:events';
import { ProbelogError } from '../../errors/index.js';

/** Tells what is done for whoever is at the other end that nobody waits for it any more. @param from what says `close` then */
export function disconnectSignal(from: EventEmitter): AbortSignal {
  const gone = new AbortController();
  // One for each search of an operation.
  setMaxListeners(0, gone.signal);
  from.once('close', () => gone.abort(new ProbelogError('OPERATION_TIMEOUT', 'The client went away.')));
  return gone.signal;
}
