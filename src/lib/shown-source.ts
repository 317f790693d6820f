import { posix } from 'node:path';

/** A model's source as users see it. It may be a signed URL, so the parts that may give access are left out. */
export function shownSource(source: string): string {
  if (!/^https?:/i.test(source) || !URL.canParse(source)) return source;
  const { origin, pathname } = new URL(source);
  return origin + pathname;
}

/** A source for callers who only read: of a file on this server its name, because folders tell how the server is set up. */
export function sourceForReaders(source: string): string {
  const hasScheme = /^[a-z][a-z0-9+.-]*:/i.test(source) && !/^file:/i.test(source);
  return hasScheme ? shownSource(source) : posix.basename(source);
}
