#!/usr/bin/env node
/**
 * Runs after `npm ci`, as `prepare`. In an installation without development packages, it removes what production never loads:
 * ONNX Runtime for other platforms, and packages that only an optional peer dependency leads to.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../setup/paths.mjs';
import { packagesIn, productionPackages } from './production.mjs';

const INSTALLED = 'node_modules/.package-lock.json';
const ONNX_RUNTIMES = join(ROOT, 'node_modules/onnxruntime-node/bin/napi-v6');

if (existsSync(join(ROOT, INSTALLED))) {
  const installed = packagesIn(INSTALLED);
  const hasDevelopment = Object.values(installed).some(({ dev }) => dev);
  if (!hasDevelopment) {
    const needed = new Set(productionPackages(installed).map(({ path }) => path));
    for (const path of Object.keys(installed))
      if (!needed.has(path)) rmSync(join(ROOT, path), { recursive: true, force: true });
    removeOtherPlatforms();
  }
}

function removeOtherPlatforms() {
  removeAllBut(ONNX_RUNTIMES, process.platform);
  removeAllBut(join(ONNX_RUNTIMES, process.platform), process.arch);
}

function removeAllBut(folder, kept) {
  for (const name of readdirSync(folder)) if (name !== kept) rmSync(join(folder, name), { recursive: true });
}
