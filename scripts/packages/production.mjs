import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../setup/paths.mjs';

/**
 * @param {string} file a lock file of npm, relative to the root
 * @returns {Record<string, object>} the packages in it, by their paths
 */
export function packagesIn(file) {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8')).packages;
}

/**
 * The packages that this one leads to by dependencies, other than optional peers. npm's own mark is wider: it keeps an
 * optional peer that a development package leads to as well.
 *
 * @param {Record<string, object>} packages by their paths
 * @returns {{ path: string, name: string, version: string, license: string }[]}
 */
export function productionPackages(packages) {
  const root = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const found = new Map();
  const open = [['', root]];
  // The list grows while it is read.
  for (const [from, dependent] of open) {
    for (const required of requiredBy(dependent)) {
      const path = placesOf(required, from).find((each) => packages[each]);
      if (path === undefined || found.has(path)) continue;
      // The lock file names a package only if it is installed under another name.
      const { name = required, version, license = 'none' } = packages[path];
      found.set(path, { path, name, version, license });
      open.push([path, packages[path]]);
    }
  }
  return [...found.values()];
}

function requiredBy({
  dependencies,
  optionalDependencies,
  peerDependencies = {},
  peerDependenciesMeta = {},
}) {
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
  return Object.keys({ ...dependencies, ...optionalDependencies }).concat(peers);
}

/** Where Node looks for a package that another one names, in its order. */
function placesOf(name, from) {
  const folders = from === '' ? [] : from.split('/node_modules/');
  const nested = folders.map((_, count) => folders.slice(0, folders.length - count).join('/node_modules/'));
  return [...nested.map((folder) => `${folder}/node_modules/${name}`), `node_modules/${name}`];
}
