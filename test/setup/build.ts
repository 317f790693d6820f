import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SETUP = fileURLToPath(new URL('../../scripts/setup.mjs', import.meta.url));

/** Child processes run from `dist/`: builds what is out of date, and refuses to test what cannot be built. */
export default function build(): void {
  const { status } = spawnSync(process.execPath, [SETUP], { stdio: 'inherit' });
  if (status !== 0)
    throw new Error(
      'dist/ is out of date and could not be built. Fix what the setup reports above, then run the tests again.',
    );
}
