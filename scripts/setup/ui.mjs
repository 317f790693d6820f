import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { runPackage } from './run.mjs';
import { hashOf, isStamped, stamp } from './stamp.mjs';

/** The second is built into a folder of the first. */
const CONFIGURATIONS = ['ui/vite.config.ts', 'ui/vite.elements.config.ts'];
const BUILT = ['index.html', 'elements/probelog.js'];
const FILES = ['ui', 'src/client', 'package-lock.json'];

export const uiStep = {
  title: 'build the UI',
  isDue: () =>
    !BUILT.every((name) => existsSync(join(ROOT, 'dist/ui', name))) || !isStamped('ui', hashOf(FILES)),
  run() {
    const seen = hashOf(FILES);
    for (const configuration of CONFIGURATIONS)
      runPackage('vite/bin/vite.js', ['build', 'ui', '--config', configuration, '--logLevel', 'warn'], {
        // Under a test runner's own value, packages come with their warnings for developers.
        env: { NODE_ENV: 'production' },
      });
    stamp('ui', seen);
  },
};
