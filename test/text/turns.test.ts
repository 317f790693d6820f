import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Turns } from '../../src/text/turns.js';

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
