import type { CallOptions } from './client-options.js';

/** The most that a page of the server has. */
const MAX_PAGE_SIZE = 100;
/** Large enough to be worth a request, small enough that the first results are soon there. */
const PER_PAGE = 50;

/** A page of a list. */
export interface Page<Edge> {
  edges: readonly Edge[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** How much of a list to return. */
export interface ListOptions extends CallOptions {
  /** Maximum number of items; all when absent. Pages are fetched as needed. */
  first?: number;
  /** Items per page, 1 to 100. Use fewer if each is costly, so that the server accepts the operation. */
  perPage?: number;
}

/** The items of a list, page after page. @param fetchPage fetches `first` items after a cursor, or from the start */
export async function* edges<Edge>(
  fetchPage: (place: { first: number; after?: string }) => Promise<Page<Edge>>,
  { first = Infinity, perPage }: ListOptions = {},
): AsyncGenerator<Edge, void, undefined> {
  let left = first;
  let after: string | undefined;
  while (left > 0) {
    const most = perPage ?? (left === Infinity ? PER_PAGE : MAX_PAGE_SIZE);
    const asked = Math.min(left, most);
    const { edges: found, pageInfo } = await fetchPage({ first: asked, after });
    yield* found;
    left -= found.length;
    if (!pageInfo.hasNextPage || pageInfo.endCursor === null || found.length === 0) return;
    after = pageInfo.endCursor;
  }
}
