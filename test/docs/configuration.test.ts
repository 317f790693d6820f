import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { OPTIONS } from '../../src/config/options.js';

it('docs/configuration.md has every setting with its default and what is allowed, and no other', () => {
  const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| `[A-Z0-9_]+` \|/.test(line));
  expect(rows).toEqual(
    Object.values(OPTIONS).map(({ variable, fallback, allowed, description }) => {
      const shown = fallback === undefined ? '–' : fallback === '' ? 'none' : `\`${fallback}\``;
      return `| \`${variable}\` | ${shown} | ${allowed} | ${description} |`;
    }),
  );
});
