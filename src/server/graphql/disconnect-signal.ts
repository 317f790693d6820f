import { type EventEmitter, setMaxListeners } from 'node:events';
import { ProbelogError } from '../../errors/index.js';

/** A signal that aborts when a client disconnects. @param from emits `close` then */
export function disconnectSignal(from: EventEmitter): AbortSignal {
  const controller = new AbortController();
  // One for each search of an operation.
  setMaxListeners(0, controller.signal);
  from.once('close', () =>
    controller.abort(new ProbelogError('OPERATION_TIMEOUT', 'The client disconnected.')),
  );
  return controller.signal;
}
