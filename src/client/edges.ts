import type { CallOptions } from './client-options.js';

/** The server's maximum. */
const MAX_PAGE_SIZE = 100;
/** Large enough to be worth a request, small enough that the first results arrive soon. */
const PER_PAGE = 50;

/** A page of a list. */
export interface Page<Edge> {
  edges: readonly Edge[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** How much of a list is fetched. */
export interface ListOptions extends CallOptions {
  /** Maximum number of items; all by default. Pages are fetched when they are needed. */
  first?: number;
  /** Items per request, 1 to 100. Fewer if each is costly, so that the operation stays below the server's limit. */
  perPage?: number;
}

/** The items of a list, page by page. @param fetchPage fetches `first` items after a cursor, or from the start */
export async function* edges<Edge>(
  fetchPage: (place: { first: number; after?: string }) => Promise<Page<Edge>>,
  { first = Infinity, perPage }: ListOptions = {},
): AsyncGenerator<Edge, void, undefined> {
  let left = first;
  let after: string | undefined;
  while (left > 0) {
    const pageSize = perPage ?? (left === Infinity ? PER_PAGE : MAX_PAGE_SIZE);
    const { edges: page, pageInfo } = await fetchPage({ first: Math.min(left, pageSize), after });
    yield* page;
    left -= page.length;
    if (!pageInfo.hasNextPage || pageInfo.endCursor === null || page.length === 0) return;
    after = pageInfo.endCursor;
  }
}
