/** From here on (CJK, emoji) characters are as wide as they are high. */
const WIDE_FROM = 0x2e80;
/** Mean width of the others as a share of the font size, on the safe side for any sans-serif. */
const NARROW = 0.65;

/** About how wide a text will be, in pixels; an SVG is written without knowing the reader's fonts. */
export function textExtent(text: string, fontSize: number): number {
  let ems = 0;
  for (const character of text) ems += (character.codePointAt(0) ?? 0) >= WIDE_FROM ? 1 : NARROW;
  return Math.ceil(ems * fontSize);
}

/** A text on one line, cut with an ellipsis when it is longer than so many characters. */
export function shortened(text: string, most: number): string {
  const characters = Array.from(text.replace(/\s+/g, ' ').trim());
  return characters.length <= most ? characters.join('') : `${characters.slice(0, most - 1).join('')}…`;
}
