import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { blobs } from '../../../src/cli/doctor/checks/blobs.js';
import { probeSets } from '../../../src/cli/doctor/checks/probe-sets.js';
import { DEMO } from '../../fixtures/demo-service.js';
import { folderOfImages } from '../probe-images.js';
import { runProbelog } from '../run-probelog.js';
import { examine } from './examine.js';

let folder: string;
let settings: Record<string, string>;
beforeAll(async () => {
  folder = await folderOfImages(3);
  settings = { PROBELOG_DATA: join(folder, 'data'), PROBELOG_TEXT_ENCODER: join(DEMO, 'encoder') };
  const made = await runProbelog(['probes', 'create', 'mine', 'images'], { dataFolder: folder });
  expect(made.code).toBe(0);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('a set with all its images, embedded, is well', async () => {
  expect(await examine(probeSets, settings)).toMatchObject([
    { state: 'ok', says: 'mine: 3 images, all stored' },
    { state: 'ok', says: 'mine: embedded with this text encoder' },
  ]);
});

it('a name of a set that there is not', async () => {
  const [finding] = await examine(probeSets, { ...settings, PROBELOG_PROBE_SET: 'yours' });
  expect(finding).toMatchObject({ state: 'failed', mend: expect.stringContaining('mine') });
});

it('without an encoder, looks at the images all the same', async () => {
  expect(await examine(probeSets, { ...settings, PROBELOG_TEXT_ENCODER: './nowhere' })).toMatchObject([
    { state: 'ok' },
    { state: 'skipped', says: expect.stringContaining('no text encoder') },
  ]);
});

it('a missing image fails, and the suggested command stores it again', async () => {
  const [first] = (await readdir(join(folder, 'images'))).sort();
  const digest = createHash('sha256')
    .update(await readFile(join(folder, 'images', first)))
    .digest('hex');
  await rm(join(settings.PROBELOG_DATA, 'blobs', digest.slice(0, 2), digest.slice(2)));
  const [lost] = await examine(probeSets, settings);
  expect(lost).toMatchObject({
    state: 'failed',
    says: expect.stringContaining(
      'mine: 1 of 3 images are missing or damaged, such as the one at position 0',
    ),
    mend: expect.stringContaining('probelog probes create mine'),
  });
  await runProbelog(['probes', 'create', 'mine', 'images'], { dataFolder: folder });
  expect((await examine(probeSets, settings))[0]).toMatchObject({ state: 'ok' });
});

it('intact stored files are reported too', async () => {
  expect(await examine(blobs, settings)).toMatchObject([
    { state: 'ok', says: 'can be written and read; the responses of all 0 models exist and are whole' },
  ]);
});
