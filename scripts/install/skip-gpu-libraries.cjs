'use strict';
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

/**
 * Runs as `preinstall`, so before the install scripts of all packages. The one of onnxruntime-node downloads GPU libraries that
 * ProbeLog does not use, from a site of its own, and fails the whole installation where a firewall allows the registry alone.
 * After this it downloads them only on request: `npm install --onnxruntime-node-install`.
 */
const INSTALLER = 'onnxruntime-node/script/install.js';
const ONLY_ON_REQUEST = `// Changed by ProbeLog: its default is to download nothing.
if (require('./install-utils.js').parseInstallFlag() === undefined) process.exit(0);
`;

for (let folder = process.cwd(); ; folder = dirname(folder)) {
  for (const packages of ['node_modules', 'node_modules/@xenova/transformers/node_modules'])
    changeInstaller(join(folder, packages, INSTALLER));
  if (folder === dirname(folder)) break;
}

function changeInstaller(path) {
  if (!existsSync(path)) return;
  const code = readFileSync(path, 'utf8');
  if (code.includes('parseInstallFlag') && !code.startsWith(ONLY_ON_REQUEST))
    writeFileSync(path, ONLY_ON_REQUEST + code);
}
