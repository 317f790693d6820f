import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../package-root.js';
import { type Check, failed, ok } from '../check.js';

/** FAISS is optional, and has a check of its own. */
const OPTIONAL = /FAISS/;

/**
 * In a clone: packages, generated code and build match the sources. An installed package contains all of them, and an installation for
 * production has no packages to build with.
 */
export const setup: Check = {
  name: 'setup',
  async run() {
    const script = join(PACKAGE_ROOT, 'scripts/setup.mjs');
    if (!existsSync(script)) return ok('installed as a package');
    if (await isForProduction()) return ok('installed without development packages');
    const printed = await checkSetup(script);
    const steps = [...printed.matchAll(/^(due|done) +(.+)$/gm)].map(([, state, title]) => ({ state, title }));
    if (steps.length === 0) return failed(`it cannot be checked: ${printed.trim()}`, `node ${script}`);
    const due = steps.filter(({ state, title }) => state === 'due' && !OPTIONAL.test(title));
    if (due.length === 0) return ok('packages, generated code and build match the sources');
    return failed(`out of date: ${due.map(({ title }) => title).join(', ')}`, `node ${script}`);
  },
};

/** Whether packages were installed by `npm ci --omit=dev`; then the build was made elsewhere. */
async function isForProduction(): Promise<boolean> {
  const installed = await readFile(join(PACKAGE_ROOT, 'node_modules/.package-lock.json'), 'utf8').catch(
    () => null,
  );
  if (installed === null) return false;
  const { packages } = JSON.parse(installed) as { packages: Record<string, { dev?: boolean }> };
  return !Object.values(packages).some(({ dev }) => dev);
}

/** Its output, which it prints whether or not a step is due. */
function checkSetup(script: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, '--check'], (_, stdout, stderr) => resolve(stdout || stderr));
  });
}
