import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { NOTES, note, parseNote } from '../../src/lib/notes.js';

it('docs/ingest.md has every code of notes, and no other', () => {
  const page = readFileSync(new URL('../../docs/ingest.md', import.meta.url), 'utf8');
  const [, table] = page.split('\n## Notes\n');
  const rows = [...table.matchAll(/^\| `([A-Z_]+)` \| (.*) \|$/gm)].map(([, code, about]) => [code, about]);
  expect(rows).toEqual(Object.entries(NOTES));
});

it('a note is read as it was written, and one of an earlier release as its sentence', () => {
  expect(parseNote(note('SIZE_ASSUMED', 'The size: 224.'))).toEqual({
    code: 'SIZE_ASSUMED',
    message: 'The size: 224.',
  });
  expect(parseNote('The size was assumed: 224.')).toEqual({
    code: null,
    message: 'The size was assumed: 224.',
  });
  expect(parseNote('NO_CODE: 224.')).toEqual({ code: null, message: 'NO_CODE: 224.' });
});
