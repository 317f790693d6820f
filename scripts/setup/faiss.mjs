import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { run, succeeds } from './run.mjs';
import { hashOf, isStamped, stamp } from './stamp.mjs';

const PACKAGE = join(ROOT, 'node_modules/faiss-node');
const INSTALL = 'apt-get update && apt-get install -y libfaiss-dev libopenblas-dev g++';
const PREBUILT_LIMIT_MS = 20_000;
const FAILED = 'faiss-failed';

/**
 * The package faiss-node contains its source, but neither FAISS nor, on an offline machine, a prebuilt binary. Tries, in order:
 * the present binding, the prebuilt binary, a build against the system's FAISS. Without any of them the server still runs, with
 * exact scans instead of an index.
 */
export const faissStep = {
  title: 'FAISS binding',
  isDue: () => !loads(),
  run() {
    // A failure is not retried at every start, only when packages change or FAISS gets installed.
    if (isStamped(FAILED, circumstances())) return warn(advice());
    try {
      if (prebuiltLoads()) return;
      if (!systemHasFaiss() && mayInstall()) install();
      if (systemHasFaiss()) compile();
      if (loads()) return;
      warn(advice());
    } catch (error) {
      warn(`Cannot install FAISS. ${error.message}`);
    }
    stamp(FAILED, circumstances());
  },
};

function circumstances() {
  return `${hashOf(['package-lock.json', 'scripts/setup/faiss.mjs', 'scripts/install/build-faiss.mjs'])} ${systemHasFaiss()}`;
}

function advice() {
  return systemHasFaiss()
    ? 'faiss-node does not load. Try again: rm -r node_modules && node scripts/setup.mjs'
    : `FAISS is not installed. Install it: sudo sh -c '${INSTALL}'`;
}

function warn(message) {
  console.error(`setup: ${message}\nsetup: continuing without FAISS: searches scan galleries exactly.`);
}

function loads() {
  return succeeds(process.execPath, ['-e', 'require("faiss-node")']);
}

function prebuiltLoads() {
  const installer = join(ROOT, 'node_modules/.bin/prebuild-install');
  if (!existsSync(installer)) return false;
  return succeeds(installer, ['--runtime', 'napi'], { cwd: PACKAGE, timeout: PREBUILT_LIMIT_MS }) && loads();
}

function systemHasFaiss() {
  return existsSync('/usr/include/faiss/Index.h') && succeeds('g++', ['--version']);
}

function mayInstall() {
  const allowed = isRoot() || process.env.CI === 'true';
  return allowed && succeeds('apt-get', ['--version']);
}

function install() {
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive' } };
  if (isRoot()) run('sh', ['-c', INSTALL], options);
  else run('sudo', ['-n', 'sh', '-c', INSTALL], options);
}

function isRoot() {
  return process.getuid?.() === 0;
}

function compile() {
  run(process.execPath, ['scripts/install/build-faiss.mjs']);
}
