import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package: two above the sources of the command line, three above what is built from them. */
export const PACKAGE_ROOT = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../' : '../../../', import.meta.url),
);

/** Fields of package.json. */
export interface PackageFacts {
  version: string;
  engines: { node: string };
}

export function packageFacts(): PackageFacts {
  return JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as PackageFacts;
}
