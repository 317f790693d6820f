/** Items that the server gives at once. */
export const MAX_FIRST = 100;

interface List {
  edges: unknown[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
}

/**
 * Loads the first items of a list, page after page where they are more than the server gives at once.
 *
 * @param listOf the list in a result
 * @returns the first result; its list has the items of all pages
 */
export async function loadPages<Result>(
  count: number,
  fetch: (page: { first: number; after?: string | null }) => Promise<Result>,
  listOf: (result: Result) => List | undefined,
): Promise<Result> {
  const result = await fetch({ first: Math.min(count, MAX_FIRST) });
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
