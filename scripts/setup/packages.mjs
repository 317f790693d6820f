import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { run } from './run.mjs';

/**
 * Install scripts stay off. Two packages have one, which downloads what an offline machine cannot reach: GPU libraries, which
 * we do not need, and the FAISS binding, which faiss.mjs builds.
 */
export const packagesStep = {
  title: 'install packages',
  isDue: () => !isInstalled(),
  run() {
    run('npm', ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund']);
  },
};

/** Compares the lock file with the list that npm writes into node_modules as its last step. */
function isInstalled() {
  const wanted = packagesOf('package-lock.json') ?? {};
  const present = packagesOf('node_modules/.package-lock.json');
  if (!present) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional, devOptional }]) => {
    // npm skips packages for other platforms.
    if (path === '' || ((optional || devOptional) && !present[path])) return true;
    return present[path]?.version === version && present[path].integrity === integrity;
  });
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(join(ROOT, file), 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
