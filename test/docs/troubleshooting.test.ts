import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ERRORS } from '../../src/errors/index.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(`${ROOT}docs/troubleshooting.md`, 'utf8');

it('docs/troubleshooting.md quotes codes and messages that exist', () => {
  const sources = readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('generated'))
    .map((path) => readFileSync(`${ROOT}src/${path}`, 'utf8'))
    .join('\n');
  const rows = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| what'));
  const quoted = rows.flatMap((row) =>
    [...row.split(' | ')[0].matchAll(/`([^`]+)`/g)].map(([, text]) => text),
  );
  expect(quoted.length).toBeGreaterThan(20);
  for (const text of quoted) {
    if (/^[A-Z]+(_[A-Z]+)+$/.test(text)) expect([...Object.keys(ERRORS), ...STATES], text).toContain(text);
    else for (const part of text.split('…')) expect(sources, text).toContain(part.trim());
  }
});

/** States of an ingest that a user sees in place of an error. */
const STATES = ['AWAITING_RUNNER', 'NOT_APPLICABLE'];
