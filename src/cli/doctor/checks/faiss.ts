import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../package-root.js';
import { type Check, ok, warning } from '../check.js';
import { inChild } from '../in-child.js';

/** Builds a small index and searches it. */
const TRIED = `
const { Index, MetricType } = require('faiss-node');
const index = Index.fromFactory(2, 'Flat', MetricType.METRIC_INNER_PRODUCT);
index.add([1, 0, 0, 1]);
if (index.search([0, 1], 1).labels[0] !== 1) throw new Error('FAISS finds the wrong vector');
`;

/** What an installed package needs beside it (docs/installation.md). */
const PACKAGES = 'faiss-node@0.5.1 node-addon-api node-api-headers';

/** FAISS can be loaded. It is optional. */
export const faiss: Check = {
  name: 'FAISS',
  async run() {
    const outcome = await inChild(TRIED);
    if ('printed' in outcome) return ok('it works');
    const script = join(PACKAGE_ROOT, 'scripts/setup.mjs');
    return warning(
      `it cannot be used, so galleries are scanned exactly, which is slower from about 100,000 logits on: ${outcome.problem}`,
      existsSync(script)
        ? `apt-get install -y libfaiss-dev libopenblas-dev g++ && node ${script}`
        : `apt-get install -y libfaiss-dev libopenblas-dev g++ && npm install --ignore-scripts ${PACKAGES} && node ${join(PACKAGE_ROOT, 'scripts/install/build-faiss.mjs')}`,
    );
  },
};
