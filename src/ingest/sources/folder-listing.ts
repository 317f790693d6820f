import { type DownloadLimits, readSmall } from '../../download/index.js';
import { decodeText } from '../../lib/decode-text.js';
import type { FileSource } from './parse-source.js';

/** Enough for some thousand names. */
const MAX_BYTES = 2 ** 20;
/** The list only serves a note, so a slow server is not waited for. */
const MAX_STALL_MS = 5_000;

/**
 * The names of the files in a folder behind a URL, as the page of a web server or S3 lists them; none without a list.
 *
 * @param folder URL without a slash at the end
 */
export async function namesInListing(
  { file, listing }: Extract<FileSource, { kind: 'URL' }>,
  folder: string,
  limits: DownloadLimits,
  signal?: AbortSignal,
): Promise<string[]> {
  const page = listing ? listing(folder) : { ...file, url: `${folder}/` };
  if (page === null) return [];
  const stallMs = Math.min(limits.stallMs, MAX_STALL_MS);
  try {
    return parseListing(
      decodeText(await readSmall(page, { ...limits, maxBytes: MAX_BYTES, stallMs }, signal)),
      folder,
    );
  } catch {
    // Most servers list nothing, and refuse with any status.
    return [];
  }
}

/** Names from the keys of S3's list, or from the links of a page that lead into this folder. */
export function parseListing(text: string, folder: string): string[] {
  const names = new Set<string>();
  for (const [, key, link] of text.matchAll(/<Key>([^<]*)<\/Key>|\bhref\s*=\s*["']?([^"'\s>]+)/gi)) {
    const name = key === undefined ? linkedName(link, folder) : key.slice(key.lastIndexOf('/') + 1);
    if (name) names.add(unescaped(name));
  }
  return [...names];
}

function linkedName(link: string, folder: string): string | null {
  try {
    const { origin, pathname } = new URL(unescaped(link), `${folder}/`);
    const slash = pathname.lastIndexOf('/');
    return origin + pathname.slice(0, slash) === folder
      ? decodeURIComponent(pathname.slice(slash + 1))
      : null;
  } catch {
    return null;
  }
}

/** Other characters of names are not escaped in XML and HTML. */
function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
