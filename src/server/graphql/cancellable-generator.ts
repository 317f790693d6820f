/**
 * A generator over others' events that hears of its end at once: by itself it would only after what it waits for, and
 * nothing may happen for hours.
 */
export function cancellableGenerator<T>(
  generator: AsyncGenerator<T, void, void>,
  events: { return(): Promise<unknown> },
): AsyncGenerator<T, void, void> {
  const end = generator.return.bind(generator);
  return Object.assign(generator, {
    return() {
      // What goes wrong at the end of it is nobody's any more.
      events.return().catch(() => undefined);
      return end();
    },
  });
}
