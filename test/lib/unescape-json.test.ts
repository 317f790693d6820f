import { expect, it } from 'vitest';
import { unescapeJson } from '../../src/lib/unescape-json.js';

it.each([
  ['no escape', 'a text of twenty and more letters'],
  ['escapes of six characters', 'é嗨🐶\u0001'.repeat(20)],
  ['escapes of two', 'a\n"\t/b'.repeat(20)],
  ['backslashes', '\\'.repeat(50)],
  ['a backslash before what looks like an escape', '\\u0041\\\n\\\\u'.repeat(10)],
])('a string is read alike in pieces of any length: %s', async (_, text) => {
  const escaped = JSON.stringify(text)
    .slice(1, -1)
    .replace(/[\u0080-\uFFFF]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
  for (let pieceBytes = 7; pieceBytes < 40; pieceBytes++) {
    expect(await unescapeJson(Buffer.from(escaped), pieceBytes)).toBe(text);
  }
});

it.each(['\\x', '\\u00', '\\'])('%s is no escape', async (escaped) => {
  await expect(unescapeJson(Buffer.from(`some letters before ${escaped}`), 8)).rejects.toThrow(SyntaxError);
});
