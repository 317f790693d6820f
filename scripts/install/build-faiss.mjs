#!/usr/bin/env node
/**
 * Builds the binding of faiss-node, in `node_modules` of the working folder, against the FAISS of the system. Its own install
 * script downloads binaries or sources from a site of its own. In a clone the setup runs this; docs/installation.md has the rest.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const PACKAGES = resolve('node_modules');
const FAISS = join(PACKAGES, 'faiss-node');
const OUTPUT = join(FAISS, 'build/Release');

const missing = ['faiss-node', 'node-addon-api', 'node-api-headers'].filter(
  (name) => !existsSync(join(PACKAGES, name)),
);
if (missing.length > 0) {
  console.error(
    `${missing.join(' and ')} must be installed first: npm install --ignore-scripts ${missing.join(' ')}`,
  );
  process.exit(1);
}
mkdirSync(OUTPUT, { recursive: true });
// faiss-node uses an alias that Debian 12's older FAISS lacks.
const alias = join(OUTPUT, 'idx-alias.h');
writeFileSync(alias, '#pragma once\n#include <cstdint>\nnamespace faiss { using idx_t = int64_t; }\n');
const { status, error } = spawnSync(
  'g++',
  [
    '-shared',
    '-fPIC',
    '-O3',
    '-std=c++17',
    '-fopenmp',
    '-DNAPI_VERSION=8',
    '-DNODE_GYP_MODULE_NAME=faiss_node',
    // Without this, an unsupported call ends the process instead of throwing.
    '-DNODE_ADDON_API_CPP_EXCEPTIONS_ALL',
    `-I${join(PACKAGES, 'node-addon-api')}`,
    `-I${join(PACKAGES, 'node-api-headers/include')}`,
    '-include',
    alias,
    join(FAISS, 'src/faiss.cc'),
    '-o',
    join(OUTPUT, 'faiss-node.node'),
    '-lfaiss',
    '-lopenblas',
    '-lgomp',
  ],
  { stdio: 'inherit' },
);
if (error)
  console.error(
    `g++ cannot be started: ${error.message}. apt-get install -y libfaiss-dev libopenblas-dev g++`,
  );
process.exitCode = status ?? 1;
