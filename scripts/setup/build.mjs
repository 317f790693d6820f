import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { run } from './run.mjs';
import { isStamped, stamp } from './stamp.mjs';

const FILES = ['src', 'bench', 'tsconfig.json', 'package-lock.json'];

export const buildStep = {
  title: 'build',
  isDue: () => !existsSync(join(ROOT, 'dist/src')) || !isStamped('build', FILES),
  run() {
    // Nothing of a file that was removed may stay behind.
    rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
    run('npx', ['--no-install', 'tsc', '-p', 'tsconfig.json']);
    stamp('build', FILES);
  },
};
