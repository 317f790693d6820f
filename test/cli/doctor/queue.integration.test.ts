import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { queue } from '../../../src/cli/doctor/checks/queue.js';
import { failWaiting, newIngest } from '../../store/models.js';
import { openStoreWithSet, type StoreWithSet } from '../../store/store-with-set.js';
import { examine } from './examine.js';

let opened: StoreWithSet;
beforeEach(async () => {
  opened = await openStoreWithSet();
});

/** The findings once no process has the database open. */
async function examined() {
  onTestFinished(opened.close);
  await opened.store.close();
  return examine(queue, { PROBELOG_DATA: opened.folder });
}

const enqueue = (name: string) => opened.store.ingests.enqueue(newIngest(opened.probeSetId, name));

it('an empty one is well', async () => {
  expect(await examined()).toMatchObject([{ state: 'ok', says: '0 queued, 0 running, none parked' }]);
});

it('one that failed is parked, and one that waits has no worker', async () => {
  await failWaiting(opened.store, (await enqueue('failed')).id);
  await enqueue('waiting');
  expect(await examined()).toMatchObject([
    {
      state: 'warning',
      says: expect.stringContaining('1 ingests are parked'),
      mend: expect.stringContaining('--retry'),
    },
    {
      state: 'warning',
      says: expect.stringContaining('1 ingests wait'),
      mend: expect.stringContaining('worker'),
    },
  ]);
});

it('one whose worker is gone needs nothing in an embedded database: the next start takes it up', async () => {
  await enqueue('taken');
  await opened.store.ingests.claim('killed', 0);
  expect(await examined()).toMatchObject([{ state: 'ok', says: '0 queued, 1 running, none parked' }]);
});
