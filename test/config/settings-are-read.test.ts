import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { OPTIONS } from '../../src/config/options/index.js';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

it.each(Object.keys(OPTIONS))('the setting %s is read outside src/config', (key) => {
  expect(sources.some((text) => reads(text, key))).toBe(true);
});

/** `config.key`, or `{ key }` or `{ key: name }`, in a file that has the configuration or the limits that are a part of it. */
function reads(text: string, key: string): boolean {
  return (
    /[cC]onfig\b|[lL]imits\b/.test(text) && new RegExp(`\\.${key}\\b|[{,]\\s*${key}\\s*[,:}]`).test(text)
  );
}

const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.startsWith('config') && !path.includes('generated'))
  .map((path) => readFileSync(join(SRC, path), 'utf8'));
