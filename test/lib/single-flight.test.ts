import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { SingleFlight } from '../../src/lib/single-flight.js';

it('runs the work once for all callers at the same time, and again for a later one', async () => {
  const flights = new SingleFlight<number>();
  let runs = 0;
  const work = async () => {
    await setTimeout(2);
    return ++runs;
  };
  const together = ['a', 'a', 'b', 'a'].map((key) => flights.run(key, work, undefined));
  expect(await Promise.all(together)).toEqual([1, 1, 2, 1]);
  expect(await flights.run('a', work, undefined)).toBe(3);
});

it('lets callers leave alone, and aborts the work when the last one leaves', async () => {
  const flights = new SingleFlight<number>();
  let signal: AbortSignal | undefined;
  const work = (given: AbortSignal) => {
    signal = given;
    return setTimeout(1_000, 1, { signal: given });
  };
  const callers = [new AbortController(), new AbortController()];
  const results = callers.map((caller) => flights.run('a', work, caller.signal));
  callers[0].abort(new Error('first left'));
  await expect(results[0]).rejects.toThrow('first left');
  expect(signal?.aborted).toBe(false);
  callers[1].abort(new Error('last left'));
  await expect(results[1]).rejects.toThrow('last left');
  expect(signal?.aborted).toBe(true);
});

it('fails all callers when the work fails', async () => {
  const flights = new SingleFlight<number>();
  const work = () => Promise.reject(new Error('failed'));
  const results = await Promise.allSettled([1, 2].map(() => flights.run('a', work, undefined)));
  expect(results).toMatchObject([{ reason: { message: 'failed' } }, { reason: { message: 'failed' } }]);
});
