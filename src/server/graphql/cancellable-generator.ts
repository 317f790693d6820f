/**
 * A generator over other events that ends them at once when it is ended. By itself it would first wait for the next
 * event, which may take hours.
 */
export function cancellableGenerator<T>(
  generator: AsyncGenerator<T, void, void>,
  events: { return(): Promise<unknown> },
): AsyncGenerator<T, void, void> {
  const end = generator.return.bind(generator);
  return Object.assign(generator, {
    return() {
      // An error while ending has no receiver.
      events.return().catch(() => undefined);
      return end();
    },
  });
}
