import { cancellableGenerator } from './cancellable-generator.js';

/**
 * An answer to each event, one after another; with them ends the work on the answer that nobody waits for any more.
 *
 * @param gone tells that who asked is gone, with all that was asked
 * @param answer gets a signal that tells when nobody waits for it
 */
export function mapEvents<T>(
  events: AsyncIterable<unknown>,
  gone: AbortSignal | undefined,
  answer: (event: unknown, signal: AbortSignal) => Promise<T>,
): AsyncGenerator<T, void, void> {
  const source = events[Symbol.asyncIterator]();
  const left = new AbortController();
  // Not `AbortSignal.any`: `gone` may be a connection's, which outlives any number of subscriptions.
  const leave = () => {
    gone?.removeEventListener('abort', leave);
    left.abort(gone?.reason);
  };
  gone?.addEventListener('abort', leave);
  if (gone?.aborted) leave();

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
