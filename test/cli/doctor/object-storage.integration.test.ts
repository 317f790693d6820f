import { afterEach, expect, it } from 'vitest';
import { objectStorage } from '../../../src/cli/doctor/checks/object-storage.js';
import { type Loopback, startLoopback } from '../../registries/loopback.js';
import { examine } from './examine.js';

let store: Loopback | undefined;
afterEach(() => store?.close());

const SECRET = 'not-to-be-told';
const settings = (endpoint: string) => ({
  PROBELOG_S3_BUCKETS: 'models',
  PROBELOG_S3_ENDPOINT: endpoint,
  PROBELOG_S3_ACCESS_KEY_ID: 'reader',
  PROBELOG_S3_SECRET_ACCESS_KEY: SECRET,
});

it('none is used', async () => {
  expect(await examine(objectStorage, {})).toMatchObject([{ state: 'ok', says: 'no bucket is configured' }]);
});

it('there is no key for the buckets', async () => {
  expect(await examine(objectStorage, { PROBELOG_S3_BUCKETS: 'models' })).toMatchObject([
    { state: 'failed', mend: expect.stringContaining('PROBELOG_S3_SECRET_ACCESS_KEY') },
  ]);
});

it('is not asked unless other machines may be', async () => {
  store = await startLoopback((_, response) => response.end());
  expect(await examine(objectStorage, settings(store.url))).toMatchObject([{ state: 'skipped' }]);
  expect(store.requests).toEqual([]);
});

it('answers, if only to refuse who asks without a signature', async () => {
  store = await startLoopback((_, response) => response.writeHead(403).end());
  expect(await examine(objectStorage, settings(store.url), { network: true })).toMatchObject([
    { state: 'ok', says: expect.stringContaining('answers') },
  ]);
});

it('would refuse what this clock signs', async () => {
  const hourAgo = new Date(Date.now() - 3_600_000).toUTCString();
  store = await startLoopback((_, response) => response.setHeader('date', hourAgo).end());
  const [finding] = await examine(objectStorage, settings(store.url), { network: true });
  expect(finding).toMatchObject({ state: 'failed', mend: expect.stringContaining('NTP') });
});

it('does not answer', async () => {
  store = await startLoopback((_, response) => response.end());
  const { url } = store;
  await store.close();
  const [finding] = await examine(objectStorage, settings(url), { network: true });
  expect(finding).toMatchObject({
    state: 'failed',
    says: expect.stringContaining('ECONNREFUSED'),
    mend: expect.stringContaining('PROBELOG_S3_ENDPOINT'),
  });
  expect(JSON.stringify(finding)).not.toContain(SECRET);
});
