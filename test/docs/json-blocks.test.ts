import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const PAGES = [
  'README.md',
  ...['docs/', 'docs/registries/'].flatMap((folder) =>
    readdirSync(new URL(folder, ROOT))
      .filter((name) => name.endsWith('.md'))
      .map((name) => folder + name),
  ),
];
const blocks = PAGES.flatMap((page) =>
  [...readFileSync(new URL(page, ROOT), 'utf8').matchAll(/^```json\n(.*?)^```$/gms)].map(
    ([, text], index) => [`${page}, block ${index + 1}`, text],
  ),
);

it.each(blocks)('JSON of %s parses', (_, text) => {
  expect(() => JSON.parse(text)).not.toThrow();
});

it('there are such blocks', () => {
  expect(blocks.length).toBeGreaterThan(1);
});
