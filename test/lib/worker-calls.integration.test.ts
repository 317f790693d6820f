import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { callInThread, callsToProcess, callsToThread, type WorkerCalls } from '../../src/lib/worker-calls.js';

const ENTRY = fileURLToPath(new URL('support/calculator.mjs', import.meta.url));

interface Calculator {
  add(a: number, b: number): number;
  double(values: Float32Array): Float32Array;
  fail(kind: 'ours' | 'other'): void;
  wait(signal?: AbortSignal): string;
  aborted(): number;
  exit(): void;
}

let stop: () => unknown = () => undefined;
let idle = 0;
afterEach(() => stop());

function inProcess(): WorkerCalls<Calculator> {
  const child = fork(ENTRY, { execArgv: [], serialization: 'advanced' });
  const calls = callsToProcess<Calculator>(
    child,
    () => new Error('undelivered'),
    () => idle++,
  );
  child.once('exit', () => calls.failAll(new Error('The process ended.')));
  stop = () => child.kill('SIGKILL');
  return calls;
}

function inThread(): WorkerCalls<Calculator> {
  const worker = new Worker(ENTRY);
  stop = () => worker.terminate();
  return callsToThread<Calculator>(worker);
}

describe.each([
  { where: 'a process', start: inProcess, ended: 'The process ended.' },
  { where: 'a thread', start: inThread, ended: 'The thread ended with exit code 3.' },
])('calls to $where', ({ start, ended }) => {
  it('return values, also of several calls at once', async () => {
    const calls = start();
    expect(await Promise.all([calls.call('add', [1, 2]), calls.call('add', [3, 4])])).toEqual([3, 7]);
    expect(await calls.call('double', [Float32Array.of(1, 2)])).toEqual(Float32Array.of(2, 4));
  });

  it('throw what the method throws, with code and details', async () => {
    const calls = start();
    await expect(calls.call('fail', ['ours'])).rejects.toMatchObject({
      name: 'ProbelogError',
      code: 'INPUT_INVALID',
      message: 'The kind is wrong.',
      details: { field: 'kind' },
    });
    const other = await calls.call('fail', ['other']).catch((thrown: unknown) => thrown);
    expect(other).toMatchObject({ name: 'Error', code: 'ENOSPC', message: 'The disk is full.' });
    expect(await calls.call('add', [1, 1])).toBe(2);
  });

  it('end at once when they are cancelled, and the worker gets the cancellation', async () => {
    const calls = start();
    await calls.call('add', [1, 1]);
    const controller = new AbortController();
    const waiting = calls.call('wait', [], { signal: controller.signal });
    controller.abort(new Error('the caller left'));
    await expect(waiting).rejects.toThrow('the caller left');
    expect(await calls.call('aborted', [])).toBe(1);
    await expect(calls.call('wait', [], { signal: controller.signal })).rejects.toThrow('the caller left');
  });

  it('fail when the worker ends', async () => {
    const calls = start();
    const outcomes = await Promise.allSettled([calls.call('wait', []), calls.call('exit', [])]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
    expect(outcomes).toContainEqual({
      status: 'rejected',
      reason: expect.objectContaining({ message: ended }),
    });
  });
});

it('calls to a process tell when none is pending, and fail when it cannot be reached', async () => {
  const calls = inProcess();
  idle = 0;
  await Promise.all([calls.call('add', [1, 2]), calls.call('add', [1, 2])]);
  expect(idle).toBe(1);
  await calls.call('exit', []).catch(() => undefined);
  await expect(calls.call('add', [1, 2])).rejects.toThrow('undelivered');
});

it('a thread takes over transferred buffers', async () => {
  const calls = inThread();
  const values = Float32Array.of(1, 2, 3);
  const doubled = await calls.call('double', [values], { transfer: [values.buffer] });
  expect(doubled).toEqual(Float32Array.of(2, 4, 6));
  expect(values.length).toBe(0);
});

it('one call in a thread of its own', async () => {
  expect(await callInThread<Calculator>(ENTRY, 'add', [20, 22])).toBe(42);
  await expect(callInThread<Calculator>(ENTRY, 'fail', ['ours'])).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  });
  await expect(callInThread<Calculator>(ENTRY, 'exit', [])).rejects.toThrow('exit code 3');
});
