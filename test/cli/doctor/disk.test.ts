import { join } from 'node:path';
import { expect, it } from 'vitest';
import { disk } from '../../../src/cli/doctor/checks/disk.js';
import { requires } from '../../fixtures/requires.js';
import { temporaryFolder } from '../../store/temporary-folder.js';
import { examine } from './examine.js';

it('tells the file system and what is free, also of a folder that is still to be made', async () => {
  const folder = join(await temporaryFolder(), 'still', 'to', 'be', 'made');
  const [finding] = await examine(disk, { PROBELOG_DATA: folder, PROBELOG_MAX_MODEL_BYTES: '1KiB' });
  expect(finding.says).toMatch(/free|in memory/);
});

it.runIf(requires('a file system in memory'))(
  'a data folder in memory is lost with the next restart',
  async () => {
    const found = await examine(disk, { PROBELOG_DATA: '/dev/shm/probelog' });
    expect(found).toContainEqual(
      expect.objectContaining({ state: 'warning', says: expect.stringContaining('a restart loses it') }),
    );
  },
);
