import { expect, it } from 'vitest';
import { startRecurringJob } from '../../src/app/recurring-job.js';

it('closing waits for the run in progress and starts no other', async () => {
  let runs = 0;
  let finish = () => {};
  const job = startRecurringJob(1, () => {
    runs++;
    return new Promise((resolve) => {
      finish = resolve;
    });
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  let isClosed = false;
  const closed = job.close().then(() => {
    isClosed = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(isClosed).toBe(false);
  finish();
  await closed;
  expect(runs).toBe(1);
});
