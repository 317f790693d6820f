import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));
/** Besides the settings: what a child process is given is picked from the parent's environment by name. */
const MAY_READ = [
  'config/read-environment.ts',
  'probing/model-process.ts',
  'search/open-search.ts',
  'text/open-text-encoder.ts',
];

it('settings are read from the environment in one place', () => {
  const readers = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('generated'))
    .filter((name) => readFileSync(join(SRC, name), 'utf8').includes('process.env'));
  expect(readers.filter((name) => !MAY_READ.includes(name))).toEqual([]);
});
