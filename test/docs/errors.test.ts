import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ERRORS } from '../../src/errors/index.js';

it('docs/errors.md has every code with its HTTP status, and no other', () => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [
    code,
    status,
  ]);
  expect(rows).toEqual(Object.entries(ERRORS).map(([code, { httpStatus }]) => [code, String(httpStatus)]));
});
