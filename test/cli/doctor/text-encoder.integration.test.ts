import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { textEncoder } from '../../../src/cli/doctor/checks/text-encoder.js';
import { DEMO } from '../../fixtures/demo-service.js';
import { temporaryFolder } from '../../store/temporary-folder.js';
import { examine } from './examine.js';

it('an encoder that is whole is run', async () => {
  const findings = await examine(textEncoder, { PROBELOG_TEXT_ENCODER: join(DEMO, 'encoder') });
  expect(findings).toMatchObject([{ state: 'ok', says: expect.stringContaining('384 dimensions') }]);
});

it('a folder that is not there', async () => {
  const findings = await examine(textEncoder, { PROBELOG_TEXT_ENCODER: './nowhere' });
  expect(findings).toMatchObject([
    {
      state: 'failed',
      says: expect.stringContaining('./nowhere'),
      mend: expect.stringContaining('PROBELOG_TEXT_ENCODER'),
    },
  ]);
});

it('a folder that lacks a file', async () => {
  const folder = join(await temporaryFolder(), 'encoder');
  await cp(join(DEMO, 'encoder'), folder, { recursive: true });
  await rm(join(folder, 'onnx', 'text_model.onnx'));
  expect(await examine(textEncoder, { PROBELOG_TEXT_ENCODER: folder })).toMatchObject([
    { state: 'failed', says: expect.stringContaining('lacks onnx/text_model.onnx') },
  ]);
});

it('one of the Hub that was not fetched yet: told, and not fetched', async () => {
  const data = await temporaryFolder();
  const settings = { PROBELOG_DATA: data, PROBELOG_TEXT_ENCODER: 'missing/encoder' };
  expect(await examine(textEncoder, settings)).toMatchObject([
    { state: 'warning', says: expect.stringContaining('missing/encoder is not downloaded yet') },
  ]);
});
