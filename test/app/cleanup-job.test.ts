import { expect, it } from 'vitest';
import { BlobCleanup } from '../../src/app/cleanup-job.js';
import type { Store } from '../../src/store/index.js';

const LIMITS = { maxShare: 0.5, trashMs: 0 };

it('closing stops a removal of blobs and waits for its end', async () => {
  const events: string[] = [];
  const store = {
    async cleanUpBlobs(options: Parameters<Store['cleanUpBlobs']>[0]) {
      await new Promise((resolve) => options?.signal?.addEventListener('abort', resolve));
      await new Promise((resolve) => setTimeout(resolve, 20));
      events.push('ended');
      return 0;
    },
  };
  const cleanup = new BlobCleanup(store, LIMITS, (_level, message) => events.push(message));
  cleanup.start();
  await cleanup.close();
  events.push('closed');
  expect(events).toEqual(['ended', 'closed']);
});

it('a failed removal is logged with its reason', async () => {
  const logged: unknown[] = [];
  const store = { cleanUpBlobs: () => Promise.reject(new Error('the disk is read-only')) };
  const cleanup = new BlobCleanup(store, LIMITS, (...line) => logged.push(line));
  cleanup.start();
  await cleanup.close();
  expect(logged).toEqual([['warn', 'unused blobs cannot be removed', { reason: 'the disk is read-only' }]]);
});
