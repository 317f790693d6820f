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

/** How much of a list is wanted. */
export interface ListOptions extends CallOptions {
  /** How many at the most; all when absent. Pages are fetched as they are needed. */
  first?: number;
  /** How many are asked for at a time, 1 to 100: fewer where each is costly, so that the server takes the operation. */
  perPage?: number;
}

/** The items of a list, page after page. @param fetchPage fetches so many after a place, from the start without one */
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
