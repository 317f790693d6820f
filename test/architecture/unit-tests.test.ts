import { fork, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { openStore } from '../../src/store/index.js';
import { temporaryFolder } from '../store/temporary-folder.js';

it.each([
  ['a spawned process', () => spawn('true')],
  ['a forked process', () => fork('nowhere.js')],
  ['a thread', () => new Worker('', { eval: true })],
  ['a server', () => createServer().listen(0)],
])('cannot start %s', (_, start) => {
  expect(start).toThrow('A unit test must not');
});

it('cannot send a request', async () => {
  await expect(fetch('http://127.0.0.1:8080/')).rejects.toMatchObject({
    cause: expect.objectContaining({
      message: expect.stringContaining('A unit test must not open a connection'),
    }),
  });
});

it('cannot open a database', async () => {
  const dataFolder = await temporaryFolder();
  await expect(openStore({ dataFolder })).rejects.toThrow('A unit test must not open a database');
});
