const PREFIX = 'probelog-image-';
/** Images that a tab keeps; the oldest goes. */
const MAX_KEPT = 8;

/** An image file as a small JPEG in base64; null when the browser cannot read it. */
export async function readImage(file: Blob): Promise<string | null> {
  try {
    // Few people search with an image.
    const { shrinkImage } = await import('./shrink-image.js');
    return await shrinkImage(file);
  } catch {
    return null;
  }
}

/** Keeps an image in this tab, so that Back and reload find it. @returns its key, for addresses */
export function keepImage(image: string): string {
  const key = crypto.getRandomValues(new Uint32Array(2)).join('-');
  const kept = keptKeys();
  for (const old of kept.slice(0, Math.max(0, kept.length - MAX_KEPT + 1))) sessionStorage.removeItem(old);
  sessionStorage.setItem(PREFIX + Date.now().toString().padStart(15, '0') + key, image);
  return key;
}

/** An image of this tab, in base64; null when it has none with this key. */
export function keptImage(key: string): string | null {
  const found = keptKeys().find((name) => name.endsWith(key));
  return found === undefined ? null : sessionStorage.getItem(found);
}

/** The oldest first. */
function keptKeys(): string[] {
  return Object.keys(sessionStorage)
    .filter((name) => name.startsWith(PREFIX))
    .sort();
}
