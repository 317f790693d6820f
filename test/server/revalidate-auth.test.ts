import { expect, it } from 'vitest';
import { revalidateAuth } from '../../src/server/graphql/revalidate-auth.js';

/** Events that end only when they are cancelled. */
function endless(first: readonly string[]) {
  let ended = false;
  let end: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => {
    end = resolve;
  });
  async function* events() {
    yield* first;
    await gone;
  }
  const generator = events();
  const stop = generator.return.bind(generator);
  return {
    events: Object.assign(generator, {
      return() {
        ended = true;
        end();
        return stop();
      },
    }),
    ended: () => ended,
  };
}

it('passes events on, and asks before each', async () => {
  let asked = 0;
  const { events, ended } = endless(['a', 'b']);
  const good = revalidateAuth(events, async () => void asked++, 60_000);
  expect([(await good.next()).value, (await good.next()).value, asked]).toEqual(['a', 'b', 2]);
  await good.return();
  expect(ended()).toBe(true);
});

it('ends while nothing happens, when the caller is no longer let in', async () => {
  let asked = 0;
  const { events, ended } = endless([]);
  const bad = async () => {
    if (++asked > 2) throw new Error('revoked');
  };
  await expect(revalidateAuth(events, bad, 5).next()).rejects.toThrow('revoked');
  expect([asked, ended()]).toEqual([3, true]);
});

it('hears of its own end at once, however long it would have waited', async () => {
  const { events, ended } = endless([]);
  const good = revalidateAuth(events, async () => undefined, 60_000);
  const waiting = good.next();
  await good.return();
  expect([(await waiting).done, ended()]).toEqual([true, true]);
});
