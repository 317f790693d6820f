import { expect, it } from 'vitest';

import { parseJson } from '../../src/lib/parse-json.js';

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
