/** Control characters, and those that turn the direction of writing. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A text that can do nothing to a terminal. Labels, messages and names come out of models and registries: an escape
 * sequence in one could rewrite what stands on the screen, or set the clipboard.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
