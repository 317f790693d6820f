/** Byte-order marks. */
const MARKS: readonly [encoding: string, bytes: readonly number[]][] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];
/** As many bytes tell the encoding. */
const TELLING_BYTES = 4_096;

/**
 * The text of a file that a person or a tool wrote, without a byte-order mark. Windows writes UTF-16 and code page 1252, too: what
 * is neither UTF-8 nor UTF-16 is read as that, which equals Latin-1 for letters.
 */
export function decodeText(bytes: Uint8Array): string {
  const marked = MARKS.find(([, mark]) => mark.every((byte, place) => bytes[place] === byte));
  const encoding = marked?.[0] ?? unmarkedUtf16(bytes);
  if (encoding !== null) return new TextDecoder(encoding).decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Most texts have some letters of ASCII, whose other byte is 0, and no file in another encoding has a zero. */
function unmarkedUtf16(bytes: Uint8Array): string | null {
  const zeros = [0, 0];
  for (let at = 0; at < Math.min(bytes.length, TELLING_BYTES); at++) if (bytes[at] === 0) zeros[at % 2]++;
  const [even, odd] = zeros;
  if (bytes.length % 2 !== 0 || even === odd) return null;
  return odd > even ? 'utf-16le' : 'utf-16be';
}
