import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const DEMO = fileURLToPath(new URL('../../demo/', import.meta.url));

interface Credit {
  file: string;
  author: string;
  license: string;
  link: string;
}

it('every image of others that may be shipped with credit has its author, license and link', () => {
  const credits: Credit[] = JSON.parse(readFileSync(`${DEMO}credits.json`, 'utf8'));
  const images = readdirSync(`${DEMO}probes`).filter((name) => name.startsWith('world-'));
  expect(credits.map(({ file }) => file)).toEqual(images.sort());
  for (const { file, author, license, link } of credits) {
    expect(author, file).not.toBe('');
    expect(license, file).toMatch(/^(CC0-1\.0|Public domain|CC-BY(-SA)?-[234]\.[05])$/);
    expect(link, file).toMatch(/^https?:\/\/\S+$/);
  }
});
