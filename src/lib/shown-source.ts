/** A model's source as users see it. It may be a signed URL, so the parts that may give access are left out. */
export function shownSource(source: string): string {
  if (!/^https?:/i.test(source) || !URL.canParse(source)) return source;
  const { origin, pathname } = new URL(source);
  return origin + pathname;
}
