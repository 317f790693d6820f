import { type EventEmitter, setMaxListeners } from 'node:events';
import { ProbelogError } from '../../errors/index.js';

/** A signal that aborts when a client disconnects before its reply is complete. @param from emits `close` then */
export function disconnectSignal(from: EventEmitter & { writableFinished?: boolean }): AbortSignal {
  const controller = new AbortController();
  // One for each search of an operation.
  setMaxListeners(0, controller.signal);
  from.once('close', () => {
    if (!from.writableFinished)
      controller.abort(new ProbelogError('OPERATION_TIMEOUT', 'The client disconnected.'));
  });
  return controller.signal;
}
