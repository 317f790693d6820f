import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../store/temporary-folder.js';
import { runProbelog } from '../run-probelog.js';

/** One of these at least, whichever way it was built; nothing else of ours does. */
const NEEDED = ['libfaiss.so', 'libopenblas.so.0'];

const findingOf = (stdout: string) =>
  JSON.parse(stdout).findings.find(({ check }: { check: string }) => check === 'FAISS');

it('a FAISS that the system cannot load is a warning that says what happens without', async () => {
  const dataFolder = await temporaryFolder();
  for (const library of NEEDED) await writeFile(join(dataFolder, library), 'no library');
  const environment = { LD_LIBRARY_PATH: dataFolder };
  const { stdout } = await runProbelog(['doctor', '--json'], { dataFolder, environment });
  expect(findingOf(stdout)).toEqual({
    check: 'FAISS',
    state: 'warning',
    says: expect.stringMatching(/galleries are scanned exactly.*\.so/),
    mend: expect.stringContaining('libfaiss-dev'),
  });
});
