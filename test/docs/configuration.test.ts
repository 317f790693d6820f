import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { OPTIONS } from '../../src/config/options/index.js';
import { LIMIT_OPTIONS } from '../../src/config/options/limits.js';

const LIMITS = new Set(Object.keys(LIMIT_OPTIONS));

it.each([
  ['configuration.md', Object.entries(OPTIONS).filter(([key]) => !LIMITS.has(key))],
  ['limits.md', Object.entries(LIMIT_OPTIONS)],
])('docs/%s has every setting with its default and what is allowed, and no other', (file, options) => {
  const page = readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| `[A-Z0-9_]+` \|/.test(line));
  expect(rows).toEqual(
    options.map(([, { variable, fallback, allowed, description }]) => {
      const shown = fallback === undefined ? '–' : fallback === '' ? 'none' : `\`${fallback}\``;
      return `| \`${variable}\` | ${shown} | ${allowed} | ${description} |`;
    }),
  );
});
