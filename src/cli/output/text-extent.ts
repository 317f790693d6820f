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

/** A text on one line, of at most this many characters; a longer one is cut and ends with an ellipsis. */
export function shortened(text: string, max: number): string {
  const characters = Array.from(text.replace(/\s+/g, ' ').trim());
  return characters.length <= max ? characters.join('') : `${characters.slice(0, max - 1).join('')}…`;
}
