import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const PAGES = [
  'README.md',
  ...readdirSync(new URL('docs/', ROOT))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
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
