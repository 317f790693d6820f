import { cancellableGenerator } from './cancellable-generator.js';

/**
 * A result for each event, one after another. Ending the generator also ends the work on the current result.
 *
 * @param clientSignal aborts when the client disconnects
 * @param answer gets a signal that aborts when its result is no longer wanted
 */
export function mapEvents<T>(
  events: AsyncIterable<unknown>,
  clientSignal: AbortSignal | undefined,
  answer: (event: unknown, signal: AbortSignal) => Promise<T>,
): AsyncGenerator<T, void, void> {
  const source = events[Symbol.asyncIterator]();
  const left = new AbortController();
  // Not `AbortSignal.any`: `clientSignal` may be a connection's, which outlives any number of subscriptions.
  const leave = () => {
    clientSignal?.removeEventListener('abort', leave);
    left.abort(clientSignal?.reason);
  };
  clientSignal?.addEventListener('abort', leave);
  if (clientSignal?.aborted) leave();

  async function* answers(): AsyncGenerator<T, void, void> {
    try {
      for (let event = await source.next(); !event.done; event = await source.next())
        yield await answer(event.value, left.signal);
    } finally {
      leave();
      await source.return?.();
    }
  }

  return cancellableGenerator(answers(), {
    async return() {
      leave();
      await source.return?.();
    },
  });
}
