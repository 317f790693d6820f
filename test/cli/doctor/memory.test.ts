import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { memory } from '../../../src/cli/doctor/checks/memory.js';
import { requires } from '../../fixtures/requires.js';
import { examine } from './examine.js';

it.each([
  ['PROBELOG_MODEL_MEMORY', '1 models at once'],
  ['PROBELOG_TEXT_ENCODER_MEMORY', 'the text encoder may take 1 TiB'],
])('the suggested setting fixes too little memory: %s', async (variable, says) => {
  const small = { PROBELOG_MODEL_MEMORY: '256MiB', PROBELOG_TEXT_ENCODER_MEMORY: '256MiB' };
  const [finding] = await examine(memory, { ...small, [variable]: '1024GiB' });
  expect(finding).toMatchObject({ state: 'warning', says: expect.stringContaining(says) });
  const mended = new RegExp(`${variable} to (\\w+)`).exec(finding.mend ?? '')?.[1] ?? '';
  expect(await examine(memory, { ...small, [variable]: mended })).toMatchObject([
    { state: 'ok', says: expect.stringContaining(`${availableParallelism()} cores`) },
  ]);
});

it.runIf(requires('fewer than 64 cores'))('more models at once than there are cores', async () => {
  const found = await examine(memory, {
    PROBELOG_INGEST_CONCURRENCY: '64',
    PROBELOG_MODEL_MEMORY: '256MiB',
  });
  expect(found).toContainEqual({
    state: 'warning',
    says: expect.stringContaining('64 models are probed at once'),
    mend: `set PROBELOG_INGEST_CONCURRENCY to ${availableParallelism()} or less`,
  });
});
