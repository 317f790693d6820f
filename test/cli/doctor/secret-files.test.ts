import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { secretFiles } from '../../../src/cli/doctor/checks/secret-files.js';
import { temporaryFolder } from '../../store/temporary-folder.js';
import { examine } from './examine.js';

it('reports a file of secrets that every user may read, and not its content', async () => {
  const path = join(await temporaryFolder(), 'token');
  await writeFile(path, 's3cret');
  await chmod(path, 0o644);
  const findings = await examine(secretFiles, { PROBELOG_MLFLOW_TOKEN_FILE: path });
  expect(findings).toEqual([
    {
      state: 'warning',
      says: expect.stringContaining('PROBELOG_MLFLOW_TOKEN_FILE'),
      mend: `chmod o= ${path}`,
    },
  ]);
  expect(JSON.stringify(findings)).not.toContain('s3cret');
  await chmod(path, 0o640);
  expect(await examine(secretFiles, { PROBELOG_MLFLOW_TOKEN_FILE: path })).toMatchObject([{ state: 'ok' }]);
});

it('tells a file that is not there', async () => {
  const findings = await examine(secretFiles, { PROBELOG_MLFLOW_TOKEN_FILE: '/nowhere/token' });
  expect(findings).toMatchObject([{ state: 'failed', says: expect.stringContaining('cannot be read') }]);
});
