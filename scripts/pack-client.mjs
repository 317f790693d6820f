#!/usr/bin/env node
/**
 * Packs `probelog-client`: the built client with the package.json and README.md of `src/client`, in the version of the root
 * package. Needs a build. The arguments go to `npm pack`, such as --json or --pack-destination.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './setup/paths.mjs';

const FOLDER = join(ROOT, 'dist/client-package');
const PUBLISHED = /\.(js|d\.ts)$/;

rmSync(FOLDER, { recursive: true, force: true });
cpSync(join(ROOT, 'dist/src/client'), FOLDER, {
  recursive: true,
  filter: (path) => !/\.\w+$/.test(path) || PUBLISHED.test(path),
});
cpSync(join(ROOT, 'src/client/README.md'), join(FOLDER, 'README.md'));
cpSync(join(ROOT, 'LICENSE'), join(FOLDER, 'LICENSE'));
const { name, ...manifest } = manifestIn('src/client');
const { version } = manifestIn('.');
writeFileSync(join(FOLDER, 'package.json'), `${JSON.stringify({ name, version, ...manifest }, null, 2)}\n`);

const { status } = spawnSync('npm', ['pack', FOLDER, ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;

function manifestIn(folder) {
  return JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
}
