import { expect, it } from 'vitest';

import { parseJson, scanJson } from '../../src/lib/parse-json.js';

const lists = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

it.each([
  ['lists', lists(64)],
  ['objects', `${'{"a":'.repeat(64)}1${'}'.repeat(64)}`],
  ['brackets in short texts', JSON.stringify(['[{"[{\\', { '[{"[{\\': '[{[{"' }, '', '"', '\\', '\\"'])],
  ['brackets in long texts', JSON.stringify(['[{'.repeat(100), `${'x'.repeat(31)}"${'['.repeat(100)}`])],
  ['a long text that ends in escapes', JSON.stringify([`${'x'.repeat(100)}\\`, `${'['.repeat(100)}"\\`])],
  ['escapes at the end of what is near', JSON.stringify([`${'x'.repeat(31)}\\"${'['.repeat(100)}`])],
  ['letters of several bytes', JSON.stringify(['é嗨🐶'.repeat(40), '[['])],
  ['lists beside each other', `[${Array(1_000).fill('[]').join()}]`],
])('parses %s', (_, text) => {
  expect(parseJson(text)).toEqual(JSON.parse(text));
  expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text));
});

it.each([
  ['lists', lists(65)],
  ['very many', lists(1_000_000)],
  ['objects and lists', `${'{"a":['.repeat(33)}1${']}'.repeat(33)}`],
  ['what never ends', '['.repeat(1_000_000)],
  ['what stands behind a long text', `["${'x'.repeat(1_000)}\\\\", ${lists(64)}]`],
])('refuses too many levels: %s', (_, text) => {
  expect(() => parseJson(text)).toThrow('nested deeper than 64 levels');
});

it.each(['', '{', '["', '["x', '["\\', 'nothing'])('refuses invalid JSON: %j', (text) => {
  expect(() => parseJson(text)).toThrow(SyntaxError);
});

const LIMITS = { maxValues: 10, maxStringBytes: 20, maxBytes: 60 };
const scanned = (text: string) => scanJson(Buffer.from(text), LIMITS);

it.each([
  ['values of an array', `[${Array(12).fill(1).join()}]`, 'maxValues'],
  ['values of objects', `[${Array(6).fill('{}').join()}]`, 'maxValues'],
  ['a second long string', `["${'x'.repeat(30)}", "${'x'.repeat(30)}"]`, 'maxStringBytes'],
  ['bytes besides a long string', `["${'x'.repeat(1_000)}"${' '.repeat(60)}]`, 'maxBytes'],
  ['bytes without a long string', `[${' '.repeat(60)}]`, 'maxBytes'],
  ['levels', lists(65), 'levels'],
])('a scan finds too many: %s', (_, text, excess) => {
  const limits = excess === 'levels' ? { ...LIMITS, maxValues: 100, maxBytes: 1_000 } : LIMITS;
  expect(scanJson(Buffer.from(text), limits).excess).toBe(excess);
});

it('a scan finds the one long string, whose commas and brackets are no values', () => {
  const long = ',[{'.repeat(500);
  const text = `{"a": "b", "c": "${long}", "d": [1]}`;
  expect(scanned(text)).toEqual({ excess: null, longString: { start: 17, end: 17 + long.length } });
  expect(scanned('["short"]')).toEqual({ excess: null, longString: null });
});

it.each([
  ['quotes', '"'],
  ['backslashes', '\\'],
  ['backslashes before quotes', '\\"'],
  ['quotes here and there', `${'x'.repeat(1_500)}"${'x'.repeat(40)}\\\\"`],
])('a scan finds where a long string ends, whatever it holds: %s', (_, part) => {
  for (const before of ['', 'x', 'x'.repeat(31)]) {
    for (const times of [50, 51, 2_000]) {
      const text = JSON.stringify([before + part.repeat(times)]);
      const { longString } = scanJson(Buffer.from(text), { ...LIMITS, maxStringBytes: 80 });
      expect(longString).toEqual({ start: 2, end: text.length - 2 });
    }
  }
});
