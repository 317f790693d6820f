import { getEventListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { unlessAborted, withDeadline } from '../../src/lib/deadline.js';

const late = () => new Error('time is up');

it('returns or throws what the work does in time', async () => {
  expect(await withDeadline(1_000, late, async () => 1)).toBe(1);
  await expect(withDeadline(1_000, late, () => Promise.reject(new Error('failed')))).rejects.toThrow(
    'failed',
  );
});

it('ends work that takes too long, and aborts its signal', async () => {
  let signal: AbortSignal | undefined;
  const stuck = withDeadline(5, late, (given) => {
    signal = given;
    return new Promise(() => undefined);
  });
  await expect(stuck).rejects.toThrow('time is up');
  expect(signal?.reason).toMatchObject({ message: 'time is up' });
});

it('ends when the caller leaves, before or meanwhile, and listens no longer', async () => {
  const caller = new AbortController();
  const waits = (signal: AbortSignal) => setTimeout(1_000, undefined, { signal });
  const work = withDeadline(1_000, late, waits, caller.signal);
  caller.abort(new Error('the caller left'));
  await expect(work).rejects.toThrow('the caller left');
  await expect(withDeadline(1_000, late, waits, caller.signal)).rejects.toThrow('the caller left');
  expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
});

it('stops listening to a caller who stays', async () => {
  const { signal } = new AbortController();
  await withDeadline(1_000, late, async () => 1, signal);
  await unlessAborted(Promise.resolve(1), signal);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

it('ignores what the promise does after the abort', async () => {
  const caller = new AbortController();
  const failing = setTimeout(5).then(() => {
    throw new Error('late failure');
  });
  const raced = unlessAborted(failing, caller.signal);
  caller.abort(new Error('the caller left'));
  await expect(raced).rejects.toThrow('the caller left');
  await setTimeout(10);
});
