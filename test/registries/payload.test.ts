import { expect, it } from 'vitest';
import { readJson } from '../../src/registries/payload.js';

const read = (text: string) => readJson(Buffer.from(text));
const lists = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

it('reads what is nested as deep as may be, whatever stands in its texts', () => {
  expect(read(`{"a": ${lists(63)}}`)).toEqual({ a: JSON.parse(lists(63)) });
  const text = `${'[{'.repeat(100)}\\"${'\\\\'.repeat(3)}`;
  expect(read(JSON.stringify([text, { [text]: text }]))).toEqual([text, { [text]: text }]);
});

it.each([
  ['400,000 lists', lists(400_000), 'it is nested deeper than 64 levels'],
  ['objects', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`, 'it is nested deeper than 64 levels'],
  ['lists that do not end', '['.repeat(400_000), 'it is nested deeper than 64 levels'],
  ['no JSON', '{"a": ', 'it is not JSON'],
])('refuses %s', (_, text, reason) => {
  expect(() => read(text)).toThrow(
    expect.objectContaining({ code: 'PAYLOAD_INVALID', message: expect.stringContaining(reason) }),
  );
});

it('refuses what is not UTF-8', () => {
  expect(() => readJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow('it is not UTF-8');
});
