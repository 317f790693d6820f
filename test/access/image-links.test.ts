import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type ImageLinks, openImageLinks } from '../../src/access/index.js';
import { temporaryFolder } from '../store/temporary-folder.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = new Date('2026-11-26T10:20:00Z').getTime();

let folder: string;
let links: ImageLinks;
beforeEach(async () => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
  folder = await temporaryFolder();
  links = await openImageLinks(folder);
});
afterEach(() => vi.useRealTimers());

const queryOf = (signed: string) => Object.fromEntries(new URLSearchParams(signed));

it('a link opens its image until the midnight after next, and no longer', () => {
  const query = queryOf(links.sign('a'));
  expect(links.isValid('a', query)).toBe(true);
  vi.setSystemTime(new Date('2026-11-27T23:59:59Z'));
  expect(links.isValid('a', query)).toBe(true);
  vi.setSystemTime(new Date('2026-11-28T00:00:00Z'));
  expect(links.isValid('a', query)).toBe(false);
});

it('links of one day are the same, so that browsers keep the image', () => {
  const first = links.sign('a');
  vi.setSystemTime(NOW + 13 * HOUR_MS);
  expect(links.sign('a')).toBe(first);
  vi.setSystemTime(NOW + DAY_MS);
  expect(links.sign('a')).not.toBe(first);
});

it('a link opens nothing else, and not for longer', () => {
  const query = queryOf(links.sign('a'));
  const later = String(Number(query.until) + 86_400);
  expect(links.isValid('b', query)).toBe(false);
  expect(links.isValid('a', { ...query, until: later })).toBe(false);
});

it.each([
  {},
  { until: '9999999999' },
  { until: '9999999999', signature: '' },
  { until: '9999999999', signature: 'A'.repeat(43) },
  { until: ['9999999999'], signature: ['A'.repeat(43)] },
  { until: '1e99', signature: 'A'.repeat(43) },
  { until: '', signature: '\u0000' },
  { until: { $gt: '' }, signature: { length: 32 } },
])('%j opens nothing', (query) => {
  expect(links.isValid('a', query)).toBe(false);
});

it('links hold in every process of the data folder, of which many may begin at once, and after a restart', async () => {
  const fresh = await temporaryFolder();
  const opened = await Promise.all(Array.from({ length: 8 }, () => openImageLinks(fresh)));
  opened.push(await openImageLinks(fresh));
  for (const signer of opened)
    for (const reader of opened) expect(reader.isValid('a', queryOf(signer.sign('a')))).toBe(true);
  expect(links.isValid('a', queryOf(opened[0].sign('a')))).toBe(false);
});

it('the secret is its owner’s alone, and nothing is left beside it', async () => {
  expect(await readdir(folder)).toEqual(['link-secret']);
  expect((await stat(join(folder, 'link-secret'))).mode & 0o777).toBe(0o600);
});

it('an empty or cut-off secret signs nothing', async () => {
  await writeFile(join(folder, 'link-secret'), '');
  await expect(openImageLinks(folder)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('link-secret'),
  });
});
