import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...['docs/', 'docs/adr/', 'docs/registries/'].flatMap(pagesOf),
];
const FOLDERS = readdirSync(new URL('src/', ROOT));

function pagesOf(folder: string): string[] {
  const names = readdirSync(new URL(folder, ROOT)).filter((name) => name.endsWith('.md'));
  return names.map((name) => folder + name);
}

/** Paths in code marks: from the root, or from `src`. Placeholders (`<name>`, `*`) and the examples of CONTRIBUTING are none. */
function pathsIn(text: string): string[] {
  const marked = [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+)`/g)].map(([, path]) => path);
  return marked.filter((path) => {
    const [first] = path.split('/');
    const isOurs = ['src', 'test', 'scripts', 'docs', 'bench', 'prisma', 'demo', ...FOLDERS].includes(first);
    return isOurs && !/acme|gallery\.graphql|commands\/gallery/.test(path);
  });
}

it.each(PAGES)('the paths that %s names exist', (page) => {
  const paths = pathsIn(readFileSync(new URL(page, ROOT), 'utf8'));
  const missing = paths.filter(
    (path) => ![path, `src/${path}`].some((each) => existsSync(new URL(each, ROOT))),
  );
  expect(missing).toEqual([]);
});
