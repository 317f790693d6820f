import { setImmediate as nextTurn } from 'node:timers/promises';

/** Reading so many characters takes about 3 ms. */
const PIECE_CHARACTERS = 2 ** 20;
const LONGEST_ESCAPE = '\\u0000'.length;

/**
 * Reads the inside of a string of JSON (RFC 8259, section 7) in pieces, each in a turn of the event loop of its own: a string of
 * 14 MB would take one of 40 ms. Throws a `SyntaxError`.
 */
export async function unescapeJson(escaped: string, pieceCharacters = PIECE_CHARACTERS): Promise<string> {
  const pieces: string[] = [];
  for (let start = 0; start < escaped.length; ) {
    await nextTurn();
    const end = pieceEnd(escaped, start, start + pieceCharacters);
    const piece = escaped.slice(start, end);
    pieces.push(piece.includes('\\') ? (JSON.parse(`"${piece}"`) as string) : piece);
    start = end;
  }
  await nextTurn();
  return pieces.join('');
}

/** Where a piece ends: at `end`, or before the escape that reaches beyond it. */
function pieceEnd(escaped: string, start: number, end: number): number {
  if (end >= escaped.length) return escaped.length;
  const window = Math.max(start, end - LONGEST_ESCAPE);
  const inWindow = escaped.slice(window, end).lastIndexOf('\\');
  if (inWindow < 0) return end;
  const last = window + inWindow;
  let first = last;
  while (first > start && escaped[first - 1] === '\\') first--;
  const beginsEscape = (last - first) % 2 === 0;
  const length = escaped[last + 1] === 'u' ? LONGEST_ESCAPE : 2;
  return beginsEscape && last + length > end ? last : end;
}
