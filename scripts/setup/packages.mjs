import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { run } from './run.mjs';
import { isStamped, stamp } from './stamp.mjs';

const FILES = ['package-lock.json'];

/**
 * Install scripts stay off: two of our packages have one that downloads what an offline machine cannot reach and what
 * we do not need (GPU libraries) or make ourselves (see faiss.mjs).
 */
export const packagesStep = {
  title: 'install packages',
  isDue: () => !existsSync(join(ROOT, 'node_modules')) || !isStamped('packages', FILES),
  run() {
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
    stamp('packages', FILES);
  },
};
