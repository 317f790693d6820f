import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url));
/** One chooses what a child process may see of our environment; the others speak to libraries that read theirs there. */
const FOR_OTHERS = ['lib/child-environment.ts', 'lib/production-mode.ts', 'search/snapshot/faiss.ts'];

async function readersOfTheEnvironment(): Promise<string[]> {
  const readers: string[] = [];
  for (const entry of await readdir(SOURCE, { recursive: true, withFileTypes: true })) {
    const path = relative(SOURCE, join(entry.parentPath, entry.name)).replaceAll(sep, '/');
    if (!entry.isFile() || !path.endsWith('.ts') || path.startsWith('store/generated/')) continue;
    const code = (await readFile(join(SOURCE, path), 'utf8')).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    if (/\bprocess\s*\.\s*env\b/.test(code)) readers.push(path);
  }
  return readers;
}

it('is read by config alone, and handed on to child processes where they are started', async () => {
  const others = (await readersOfTheEnvironment()).filter(
    (path) => !path.startsWith('config/') && !FOR_OTHERS.includes(path),
  );
  expect(others).toEqual([]);
});
