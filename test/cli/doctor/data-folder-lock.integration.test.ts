import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dataFolderLock } from '../../../src/cli/doctor/checks/data-folder-lock.js';
import { database } from '../../../src/cli/doctor/checks/database.js';
import { probeSets } from '../../../src/cli/doctor/checks/probe-sets.js';
import { temporaryFolder } from '../../store/temporary-folder.js';
import { startProbelog } from '../run-probelog.js';
import { examine } from './examine.js';

it('names the process that has the data folder, and looks at nothing behind that', async () => {
  const folder = await temporaryFolder();
  const server = startProbelog(['serve'], { dataFolder: folder });
  await server.printed(/answers at/);
  const settings = { PROBELOG_DATA: join(folder, 'data') };
  expect(await examine(dataFolderLock, settings)).toEqual([
    {
      state: 'warning',
      says: expect.stringMatching(new RegExp(`^process ${server.child.pid} \\(node\\)`)),
      mend: expect.stringContaining(`kill ${server.child.pid}`),
    },
  ]);
  expect(await examine(database, settings)).toMatchObject([
    { state: 'skipped', says: 'because another process has the data folder open' },
  ]);
  expect(await examine(probeSets, settings)).toMatchObject([{ state: 'skipped' }]);
  server.child.kill('SIGTERM');
  expect((await server.ended).code).toBe(0);
  expect(await examine(dataFolderLock, settings)).toMatchObject([{ state: 'ok' }]);
});
