import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { runPackage } from './run.mjs';
import { hashOf, isStamped, stamp } from './stamp.mjs';

const FILES = ['ui', 'src/client', 'package-lock.json'];

export const uiStep = {
  title: 'build the UI',
  isDue: () => !existsSync(join(ROOT, 'dist/ui/index.html')) || !isStamped('ui', hashOf(FILES)),
  run() {
    const seen = hashOf(FILES);
    runPackage('vite/bin/vite.js', ['build', 'ui', '--config', 'ui/vite.config.ts', '--logLevel', 'warn'], {
      // Under a test runner's own value, packages come with their warnings for developers.
      env: { NODE_ENV: 'production' },
    });
    stamp('ui', seen);
  },
};
