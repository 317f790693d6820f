import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { run, succeeds } from './run.mjs';

const PACKAGE = join(ROOT, 'node_modules/faiss-node');
const SYSTEM_PACKAGES = ['libfaiss-dev', 'libopenblas-dev', 'g++'];
const INSTALL = `apt-get update && apt-get install -y ${SYSTEM_PACKAGES.join(' ')}`;
const PREBUILT_LIMIT_MS = 20_000;

/**
 * faiss-node's package has its own source, but neither FAISS nor, behind a closed network, a prebuilt binary. In this
 * order: what is there and loads; the prebuilt binary; a build against the system's FAISS. Without any of them the
 * server still runs, with exact scans instead of an index.
 */
export const faissStep = {
  title: 'FAISS binding',
  isDue: () => !loads(),
  run() {
    if (prebuiltLoads()) return;
    if (!systemFaiss() && mayInstall())
      run('sh', ['-c', INSTALL], { env: { DEBIAN_FRONTEND: 'noninteractive' } });
    if (!systemFaiss()) return warn(`FAISS is not installed. To have it: sudo sh -c '${INSTALL}'`);
    try {
      compile();
    } catch (error) {
      warn(`faiss-node cannot be built. ${error.message}`);
    }
    if (!loads()) warn('faiss-node was built but cannot be loaded.');
  },
};

function warn(message) {
  console.error(`setup: ${message}\nsetup: going on without FAISS: galleries are scanned exactly.`);
}

function loads() {
  return succeeds(process.execPath, ['-e', 'require("faiss-node")']);
}

function prebuiltLoads() {
  const installer = join(ROOT, 'node_modules/.bin/prebuild-install');
  if (!existsSync(installer)) return false;
  return succeeds(installer, ['--runtime', 'napi'], { cwd: PACKAGE, timeout: PREBUILT_LIMIT_MS }) && loads();
}

function systemFaiss() {
  return existsSync('/usr/include/faiss/Index.h') && succeeds('g++', ['--version']);
}

function mayInstall() {
  const allowed = process.getuid?.() === 0 || process.env.CI === 'true';
  return allowed && succeeds('apt-get', ['--version']);
}

function compile() {
  const output = join(PACKAGE, 'build/Release');
  mkdirSync(output, { recursive: true });
  // Debian 12's FAISS is older than the alias that faiss-node uses.
  const alias = join(output, 'idx-alias.h');
  writeFileSync(alias, '#pragma once\n#include <cstdint>\nnamespace faiss { using idx_t = int64_t; }\n');
  run('g++', [
    '-shared',
    '-fPIC',
    '-O3',
    '-std=c++17',
    '-fopenmp',
    '-DNAPI_VERSION=8',
    '-DNODE_GYP_MODULE_NAME=faiss_node',
    // Without it an unsupported call ends the process instead of throwing.
    '-DNODE_ADDON_API_CPP_EXCEPTIONS_ALL',
    `-I${join(ROOT, 'node_modules/node-addon-api')}`,
    `-I${join(ROOT, 'node_modules/node-api-headers/include')}`,
    '-include',
    alias,
    join(PACKAGE, 'src/faiss.cc'),
    '-o',
    join(output, 'faiss-node.node'),
    '-lfaiss',
    '-lopenblas',
    '-lgomp',
  ]);
}
