import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { run } from './run.mjs';

/**
 * Install scripts stay off: two of our packages have one that downloads what an offline machine cannot reach and what
 * we do not need (GPU libraries) or make ourselves (see faiss.mjs).
 */
export const packagesStep = {
  title: 'install packages',
  isDue: () => !isInstalled(),
  run() {
    run('npm', ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund']);
  },
};

/** Compares with the list that npm leaves, last of all, in the folder that it fills. */
function isInstalled() {
  const wanted = packagesOf('package-lock.json') ?? {};
  const present = packagesOf('node_modules/.package-lock.json');
  if (!present) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional, devOptional }]) => {
    // Packages for other platforms are left out.
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
