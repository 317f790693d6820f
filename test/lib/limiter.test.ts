import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';

import { Limiter } from '../../src/lib/limiter.js';

it('runs at most its maximum at a time, in order, and goes on after failures', async () => {
  const limiter = new Limiter(2);
  let running = 0;
  let max = 0;
  const begun: number[] = [];
  const outcomes = await Promise.allSettled(
    Array.from({ length: 9 }, (_, piece) =>
      limiter.run(async () => {
        begun.push(piece);
        max = Math.max(max, ++running);
        await setTimeout(2);
        running--;
        if (piece % 3 === 0) throw new Error('failed');
      }),
    ),
  );
  expect(max).toBe(2);
  expect(begun).toEqual([...begun].sort((a, b) => a - b));
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(3);
});

it('does not begin work whose signal has aborted, and gives its slot to the next', async () => {
  const limiter = new Limiter(1);
  let finish: () => void = () => undefined;
  const first = limiter.run(
    () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      }),
  );
  const begun: string[] = [];
  const controller = new AbortController();
  const second = limiter.run(async () => void begun.push('second'), controller.signal);
  const third = limiter.run(async () => void begun.push('third'));
  controller.abort(new Error('the caller left'));
  await expect(second).rejects.toThrow('the caller left');
  await expect(limiter.run(async () => 1, controller.signal)).rejects.toThrow('the caller left');
  expect(limiter.isFull).toBe(true);
  finish();
  await Promise.all([first, third]);
  expect(begun).toEqual(['third']);
  expect(limiter.isFull).toBe(false);
});
