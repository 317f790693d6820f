import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { SerialQueue } from '../../src/lib/serial-queue.js';

it('runs work in order, one at a time, and goes on after a failure', async () => {
  const queue = new SerialQueue();
  const log: string[] = [];
  const work = (name: string, ms: number) => async () => {
    log.push(`${name} begins`);
    await setTimeout(ms);
    log.push(`${name} ends`);
    if (name === 'b') throw new Error('b failed');
    return name;
  };
  const results = [queue.run(work('a', 5)), queue.run(work('b', 1)), queue.run(work('c', 1))];
  expect(await Promise.allSettled(results)).toMatchObject([
    { value: 'a' },
    { reason: { message: 'b failed' } },
    { value: 'c' },
  ]);
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

it('is settled when all queued work has ended, failed or not', async () => {
  const queue = new SerialQueue();
  await queue.settled();
  let done = false;
  queue.run(() => setTimeout(5)).catch(() => undefined);
  queue
    .run(async () => {
      done = true;
      throw new Error('failed');
    })
    .catch(() => undefined);
  await queue.settled();
  expect(done).toBe(true);
});
