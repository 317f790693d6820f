import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../package-root.js';
import { type Check, failed, ok } from '../check.js';

/** FAISS may be absent, and has a check of its own. */
const OF_NO_CONCERN = /FAISS/;

/** In a clone: packages, generated code and the build are those of the sources. An installed package has all that in it. */
export const setup: Check = {
  name: 'setup',
  async run() {
    const script = join(PACKAGE_ROOT, 'scripts/setup.mjs');
    if (!existsSync(script)) return ok('installed as a package');
    const printed = await checkSetup(script);
    const steps = [...printed.matchAll(/^(due|done) +(.+)$/gm)].map(([, state, title]) => ({ state, title }));
    if (steps.length === 0) return failed(`it cannot be told: ${printed.trim()}`, `node ${script}`);
    const due = steps.filter(({ state, title }) => state === 'due' && !OF_NO_CONCERN.test(title));
    if (due.length === 0) return ok('packages, generated code and build are those of the sources');
    return failed(`out of date: ${due.map(({ title }) => title).join(', ')}`, `node ${script}`);
  },
};

/** What it prints, whether something is due or not. */
function checkSetup(script: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, '--check'], (_, stdout, stderr) => resolve(stdout || stderr));
  });
}
