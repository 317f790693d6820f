import { isMainThread } from 'node:worker_threads';
import { ProbelogError } from '../../../dist/src/errors/index.js';
import { serveProcess, serveThread } from '../../../dist/src/lib/worker-calls.js';

/** A worker of worker-calls.test.ts, as a process or a thread. */
const methods = {
  add: (a, b) => a + b,
  double: (values) => values.map((value) => 2 * value),
  fail: (kind) => {
    if (kind === 'ours') throw new ProbelogError('INPUT_INVALID', 'The kind is wrong.', { field: 'kind' });
    throw Object.assign(new Error('The disk is full.'), { code: 'ENOSPC' });
  },
  wait: (signal) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        aborted++;
        resolve('late');
      });
    }),
  aborted: () => aborted,
  exit: () => process.exit(3),
};
let aborted = 0;

if (isMainThread) {
  serveProcess(methods);
  process.on('disconnect', () => process.exit());
} else serveThread(methods, (value) => (value instanceof Float32Array ? [value.buffer] : []));
