/** An image: the file itself, or its text in base64 or as a data: URL. */
export type QueryImage = Blob | Uint8Array | ArrayBuffer | string;

/** @deprecated Use {@link QueryImage}. @public */
export type Picture = QueryImage;

/** Bytes whose base64 has no padding, and takes well under a millisecond. */
const PIECE = 3 * 2 ** 14;
/** Pieces encoded before other work gets its turn. */
const PIECES_AT_ONCE = 20;

/** The file in base64, as queries take it. @param image a string is returned as it is */
export async function imageText(image: QueryImage): Promise<string> {
  if (typeof image === 'string') return image;
  const bytes = new Uint8Array(image instanceof Blob ? await image.arrayBuffer() : image);
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; start += PIECE) {
    if (pieces.length % PIECES_AT_ONCE === PIECES_AT_ONCE - 1)
      await new Promise((resolve) => setTimeout(resolve));
    pieces.push(btoa(textOf(bytes.subarray(start, start + PIECE))));
  }
  return pieces.join('');
}

/** One character per byte, as `btoa` takes it. */
function textOf(bytes: Uint8Array): string {
  let text = '';
  // More arguments overflow the stack of some engines.
  for (let start = 0; start < bytes.length; start += 2 ** 13) {
    text += String.fromCharCode(...bytes.subarray(start, start + 2 ** 13));
  }
  return text;
}
