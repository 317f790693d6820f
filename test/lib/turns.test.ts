import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';

import { Turns } from '../../src/lib/turns.js';

it('lets only so many run at a time, in the order that they came, whatever becomes of them', async () => {
  const turns = new Turns(2);
  let running = 0;
  let most = 0;
  const begun: number[] = [];
  const outcomes = await Promise.allSettled(
    Array.from({ length: 9 }, (_, piece) =>
      turns.run(async () => {
        begun.push(piece);
        most = Math.max(most, ++running);
        await setTimeout(2);
        running--;
        if (piece % 3 === 0) throw new Error('failed');
      }),
    ),
  );
  expect(most).toBe(2);
  expect(begun).toEqual([...begun].sort((a, b) => a - b));
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(3);
});

it('does not begin what is unwanted by then, and gives its turn to the next', async () => {
  const turns = new Turns(1);
  let finish: () => void = () => undefined;
  const first = turns.run(
    () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      }),
  );
  const begun: string[] = [];
  const unwanted = new AbortController();
  const second = turns.run(async () => void begun.push('second'), unwanted.signal);
  const third = turns.run(async () => void begun.push('third'));
  unwanted.abort(new Error('nobody waits'));
  await expect(second).rejects.toThrow('nobody waits');
  await expect(turns.run(async () => 1, unwanted.signal)).rejects.toThrow('nobody waits');
  expect(turns.areTaken).toBe(true);
  finish();
  await Promise.all([first, third]);
  expect(begun).toEqual(['third']);
  expect(turns.areTaken).toBe(false);
});
