#!/usr/bin/env node
/**
 * Prints a software bill of materials in CycloneDX: every package that production installs, on all platforms. npm's own
 * `sbom --omit dev` leaves out packages that development uses, too, and names an aliased package by its alias.
 */
import { execFileSync } from 'node:child_process';
import { ROOT } from '../setup/paths.mjs';
import { packagesIn, productionPackages } from './production.mjs';

// With NODE_ENV=production npm would leave out packages that development uses, too.
const printed = execFileSync(
  'npm',
  ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--include', 'dev'],
  {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  },
);
const { metadata, components, dependencies, ...bom } = JSON.parse(printed);
metadata.component.name = 'probelog';
const names = new Map(
  productionPackages(packagesIn('package-lock.json')).map(({ name, version }) => [
    `${name}@${version}`,
    name,
  ]),
);
const isListed = (reference) => names.has(reference) || reference === metadata.component['bom-ref'];
const listed = {
  ...bom,
  metadata,
  components: components
    .filter((component) => names.has(component['bom-ref']))
    // npm marks a package as one for development if any copy of it is.
    .map((component) => ({ ...component, name: names.get(component['bom-ref']), properties: [] })),
  dependencies: dependencies
    .filter(({ ref }) => isListed(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(isListed) })),
};
console.log(JSON.stringify(listed, null, 2));
