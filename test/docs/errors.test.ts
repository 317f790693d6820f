import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
// @ts-expect-error: a script without types
import { withErrorRows } from '../../scripts/errors-page.mjs';
import { ERRORS } from '../../src/errors/index.js';

it('docs/errors.md has the rows that `npm run errors` writes', () => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  expect(page).toBe(withErrorRows(page, ERRORS));
});

it('every error says in a sentence what to do', () => {
  for (const [code, { remedy }] of Object.entries(ERRORS)) expect(remedy, code).toMatch(/^[A-Z].{8,}\.$/);
});
