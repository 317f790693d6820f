import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from './paths.mjs';
import { runPackage } from './run.mjs';
import { hashOf, isStamped, stamp } from './stamp.mjs';

const SOURCES = ['src', 'bench'];
const FILES = [...SOURCES, 'tsconfig.json', 'package-lock.json'];
const BUILD = join(ROOT, 'dist');

export const buildStep = {
  title: 'build',
  isDue: () => !existsSync(join(BUILD, 'src/cli/main.js')) || !isStamped('build', hashOf(FILES)),
  run() {
    const seen = hashOf(FILES);
    // The compiler's build info skips files it has written before. Without these files it is wrong.
    if (!existsSync(join(BUILD, 'src/cli/main.js'))) rmSync(BUILD, { recursive: true, force: true });
    // Overwrites files instead of starting from an empty folder: a running server must find its files.
    runPackage('typescript/bin/tsc', ['-p', 'tsconfig.json']);
    for (const folder of SOURCES) removeLeftovers(join(BUILD, folder));
    stamp('build', seen);
  },
};

/** Removes the output of source files that no longer exist. */
function removeLeftovers(folder) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const source = join(ROOT, relative(BUILD, path)).replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts');
    if (!existsSync(source)) rmSync(path, { recursive: true });
    else if (entry.isDirectory()) removeLeftovers(path);
  }
}
