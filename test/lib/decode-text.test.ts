import { expect, it } from 'vitest';
import { decodeText } from '../../src/lib/decode-text.js';

const TEXT = 'Löwe\r\nKätzchen\r\n';
const utf16 = (text: string) => Buffer.from(text, 'utf16le');

it.each([
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with its mark', Buffer.from(`\uFEFF${TEXT}`)],
  ['UTF-16 of Windows', utf16(`\uFEFF${TEXT}`)],
  ['UTF-16 the other way round', utf16(`\uFEFF${TEXT}`).swap16()],
  ['UTF-16 without a mark', utf16(TEXT)],
  ['UTF-16 the other way round without a mark', utf16(TEXT).swap16()],
  ['Latin-1', Buffer.from(TEXT, 'latin1')],
])('reads %s', (_, bytes) => {
  expect(decodeText(bytes)).toBe(TEXT);
});

it('reads an empty file and other letters', () => {
  expect(decodeText(Buffer.alloc(0))).toBe('');
  expect(decodeText(Buffer.from('猫\n犬'))).toBe('猫\n犬');
  expect(decodeText(utf16('\uFEFF猫\n犬'))).toBe('猫\n犬');
});
