import { cancellableGenerator } from './cancellable-generator.js';

const NOTHING_YET = Symbol('nothing yet');

/**
 * Events for as long as the caller is allowed to get them: checked for each event, and regularly while there are none,
 * since nothing may happen for hours.
 *
 * @param checkAllowed throws when the caller is no longer allowed
 */
export function revalidateAuth<T>(
  events: AsyncGenerator<T, void, void>,
  checkAllowed: () => Promise<void>,
  everyMs: number,
): AsyncGenerator<T, void, void> {
  return cancellableGenerator(checked(events, checkAllowed, everyMs), events);
}

async function* checked<T>(
  events: AsyncGenerator<T, void, void>,
  checkAllowed: () => Promise<void>,
  everyMs: number,
): AsyncGenerator<T, void, void> {
  try {
    let next = events.next();
    for (;;) {
      const event = await within(everyMs, next);
      if (event !== NOTHING_YET && event.done) return;
      await checkAllowed();
      if (event === NOTHING_YET) continue;
      yield event.value;
      next = events.next();
    }
  } finally {
    await events.return();
  }
}

async function within<T>(ms: number, awaited: Promise<T>): Promise<T | typeof NOTHING_YET> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof NOTHING_YET>((resolve) => {
    timer = setTimeout(() => resolve(NOTHING_YET), ms);
  });
  try {
    return await Promise.race([awaited, late]);
  } finally {
    clearTimeout(timer);
  }
}
