const MAX_LENGTH = 120;
/** Controls, and marks that turn the direction of what follows. */
const MARKS = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** A stranger's text where no element can isolate it, as in the title of a tab: short, and in its own direction. */
export function plainText(text: string): string {
  const characters = [...text.slice(0, 4 * MAX_LENGTH).replace(MARKS, '')];
  return characters.length > MAX_LENGTH
    ? `${characters.slice(0, MAX_LENGTH).join('')}…`
    : characters.join('');
}
