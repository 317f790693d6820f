import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exists } from '../../src/lib/exists.js';

it('finds files and folders, and nothing below a file', async () => {
  expect(await exists(import.meta.filename)).toBe(true);
  expect(await exists(tmpdir())).toBe(true);
  expect(await exists(join(import.meta.filename, 'below'))).toBe(false);
  expect(await exists(join(tmpdir(), 'no-such-file-here'))).toBe(false);
});
