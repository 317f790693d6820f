const PREFIX = 'probelog-image-';
/** The text encoders take images of 224 to 384 pixels. */
const SIDE = 512;
const QUALITY = 0.9;
/** Images that a tab keeps; the oldest goes. */
const MAX_KEPT = 8;

/** A image as a small JPEG in base64; null when the browser cannot read it. */
export async function readImage(file: Blob): Promise<string | null> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return null;
  }
  const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas.toDataURL('image/jpeg', QUALITY).split(',')[1] ?? null;
}

/** Keeps an image in this tab, so that Back and reload find it. @returns its key, for addresses */
export function keepImage(image: string): string {
  const key = crypto.getRandomValues(new Uint32Array(2)).join('-');
  const kept = keptKeys();
  for (const old of kept.slice(0, Math.max(0, kept.length - MAX_KEPT + 1))) sessionStorage.removeItem(old);
  sessionStorage.setItem(PREFIX + Date.now().toString().padStart(15, '0') + key, image);
  return key;
}

/** A image of this tab, in base64; null when it has none with this key. */
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
