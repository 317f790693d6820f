import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keys } from '../../../src/cli/doctor/checks/keys.js';
import { temporaryFolder } from '../../store/temporary-folder.js';
import { runProbelog } from '../run-probelog.js';
import { examine } from './examine.js';

it('a server that others reach needs a key, until there is one', async () => {
  const folder = await temporaryFolder();
  const settings = { PROBELOG_DATA: join(folder, 'data'), HOST: '0.0.0.0' };
  expect(await examine(keys, settings)).toMatchObject([{ state: 'skipped' }]);
  await runProbelog(['models'], { dataFolder: folder });
  const [finding] = await examine(keys, settings);
  expect(finding).toMatchObject({ state: 'failed', mend: 'probelog keys create first --scope admin' });
  await runProbelog(['keys', 'create', 'first', '--scope', 'admin'], { dataFolder: folder });
  expect(await examine(keys, settings)).toMatchObject([{ state: 'ok' }]);
});

it('a server on which anonymous callers may change things is a warning', async () => {
  const settings = { HOST: '0.0.0.0', PROBELOG_ALLOW_ANONYMOUS: 'read,ingest' };
  expect(await examine(keys, settings)).toMatchObject([
    { state: 'warning', says: expect.stringContaining('may ingest') },
  ]);
});
