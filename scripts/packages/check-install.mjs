#!/usr/bin/env node
/**
 * Installs the package as users do, with no network but the registry, and uses it: `npm install` of the tarball into an empty
 * folder, and `npm ci --omit=dev` in a clone. Prints what each takes on disk, and fails if that, or a package, is too much.
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../setup/paths.mjs';

/** MiB of node_modules. */
const LIMITS = { 'npm install <tarball>': 750, 'npm ci --omit=dev': 320 };
const UNWANTED = ['prisma', '@prisma/dev', '@prisma/studio-core', 'typescript', 'faiss-node', 'vitest'];
const DEMO = join(ROOT, 'demo');

const folder = mkdtempSync(join(tmpdir(), 'probelog-installed-'));
try {
  const consumer = join(folder, 'consumer');
  mkdirSync(consumer);
  writeFileSync(join(consumer, 'package.json'), '{ "private": true }');
  npm(ROOT, 'pack', '--ignore-scripts', '--pack-destination', folder);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  npm(consumer, 'install', '--no-audit', '--no-fund', join(folder, tarball));
  check('npm install <tarball>', consumer);
  use(consumer, join(consumer, 'node_modules/probelog'));

  const clone = join(folder, 'clone');
  execFileSync('git', ['clone', '--quiet', ROOT, clone]);
  npm(clone, 'ci', '--omit=dev', '--no-audit', '--no-fund');
  check('npm ci --omit=dev', clone);
  cpSync(join(ROOT, 'dist'), join(clone, 'dist'), { recursive: true });
  use(clone, clone);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function npm(cwd, ...args) {
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { cwd, encoding: 'utf8' }).trim();
  execFileSync('npm', args, {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      NODE_OPTIONS: `--require ${join(ROOT, 'scripts/packages/only-registry.cjs')}`,
      ONLY_HOST: new URL(registry).hostname,
      // Git does not run in Node.
      GIT_ALLOW_PROTOCOL: 'none',
    },
  });
}

function check(command, project) {
  const packages = join(project, 'node_modules');
  const mebibytes = Math.round(sizeOf(packages) / 2 ** 20);
  console.log(`${command}: ${mebibytes} MiB`);
  const found = UNWANTED.filter((name) => existsSync(join(packages, name)));
  if (found.length > 0) throw new Error(`${command} installs ${found.join(', ')}.`);
  if (mebibytes > LIMITS[command]) throw new Error(`${command} installs more than ${LIMITS[command]} MiB.`);
}

/** Registers a model with the installed program and finds it. */
function use(project, program) {
  const probelog = (...args) =>
    execFileSync(process.execPath, [join(program, 'dist/src/cli/main.js'), ...args], {
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        PROBELOG_DATA: join(project, 'data'),
        PROBELOG_TEXT_ENCODER: join(DEMO, 'encoder'),
      },
    });
  const model = join(DEMO, 'models/cifar10_resnet20');
  probelog('probes', 'create', 'mine', join(DEMO, 'probes'));
  probelog('ingest', `${model}.onnx`, '--labels', `${model}.labels.json`);
  const [best] = JSON.parse(probelog('search', 'frog', '--first', '1', '--json'));
  if (best?.label !== 'frog') throw new Error(`The best match of "frog" is ${JSON.stringify(best)}.`);
  const { version } = JSON.parse(readFileSync(join(program, 'package.json'), 'utf8'));
  console.log(`probelog ${version} finds the frog`);
}

/** Bytes of a folder, as its files allocate them. */
function sizeOf(path) {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).blocks * 512, 0);
}
