import { setImmediate } from 'node:timers/promises';

const TURN = 500;

/** The same items, with a turn for other work of the process after every few hundred: for loops over a million. */
export async function* inTurns<Item>(items: Iterable<Item>): AsyncGenerator<Item, void, undefined> {
  let count = 0;
  for (const item of items) {
    if (++count % TURN === 0) await setImmediate();
    yield item;
  }
}
