/** Items that the server gives at once. */
export const MAX_FIRST = 100;

/** A list of which a part is known. */
export interface List {
  edges: unknown[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
}

/** Which part of a list is wanted. */
export interface PageOf {
  first: number;
  after?: string | null;
}

/**
 * Loads the first items of a list, page after page where they are more than the server gives at once.
 *
 * @param listOf the list in a result
 * @param known the result so far; its list grows
 * @returns the first result; its list has the items of all pages
 */
export async function loadPages<Result>(
  count: number,
  fetch: (page: PageOf) => Promise<Result>,
  listOf: (result: Result) => List | undefined,
  known?: Result,
): Promise<Result> {
  const result = known ?? (await fetch({ first: Math.min(count, MAX_FIRST) }));
  const list = listOf(result);
  while (list && list.edges.length < count && list.pageInfo.hasNextPage) {
    const first = Math.min(count - list.edges.length, MAX_FIRST);
    const next = listOf(await fetch({ first, after: list.pageInfo.endCursor }));
    // A list that ends or vanishes meanwhile ends here.
    if (!next || next.edges.length === 0) break;
    list.edges.push(...next.edges);
    list.pageInfo = next.pageInfo;
  }
  return result;
}
