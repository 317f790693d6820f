import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...pagesOf('docs/'),
  ...pagesOf('docs/adr/'),
  ...pagesOf('docs/registries/'),
];

function pagesOf(folder: string): string[] {
  const names = readdirSync(new URL(folder, ROOT)).filter((name) => name.endsWith('.md'));
  return names.map((name) => folder + name);
}

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

it.each(PAGES)('the links of %s are not broken', (page) => {
  const text = readFileSync(new URL(page, ROOT), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link]) => link);
  const dead = links.filter((link) => {
    const [path, anchor] = link.split('#');
    try {
      const target = readFileSync(
        path === '' ? new URL(page, ROOT) : new URL(path, new URL(page, ROOT)),
        'utf8',
      );
      if (anchor === undefined) return false;
      const headings = [...target.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading));
      return !headings.includes(anchor);
    } catch {
      return true;
    }
  });
  expect(dead).toEqual([]);
});
