import { describe, expect, it } from 'vitest';
import { plainText } from '../../ui/src/plain-text.js';

describe("a stranger's text in a title", () => {
  it.each([
    ['cat', 'cat'],
    ['\u202Eevil\u2066\u0000\n', 'evil'],
    ['🐈'.repeat(500), `${'🐈'.repeat(120)}…`],
  ])('%#', (text, expected) => {
    expect(plainText(text)).toBe(expected);
  });
});
