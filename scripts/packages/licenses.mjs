#!/usr/bin/env node
/** Prints the license of every package that production installs, on all platforms. docs/licenses.md has the licenses. */
import { packagesIn, productionPackages } from './production.mjs';

const packages = productionPackages(packagesIn('package-lock.json'));
const lines = packages.map(({ name, version, license }) => `${license}\t${name}@${version}`);
console.log([...new Set(lines)].sort().join('\n'));
