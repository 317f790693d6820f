import { z } from 'zod';
import { ProbelogError } from '../../errors/index.js';
import type { CreatedPosition } from '../../store/index.js';
import type { Cursors } from './cursor.js';

/** Most results on one page. */
export const MAX_PAGE_SIZE = 100;

/** @throws ProbelogError INPUT_INVALID unless `first` is a number of results that fits on a page */
export function checkFirst(first: number): number {
  if (first >= 0 && first <= MAX_PAGE_SIZE) return first;
  throw new ProbelogError('INPUT_INVALID', `first is ${first}; it must be from 0 to ${MAX_PAGE_SIZE}.`, {
    argument: 'first',
    least: 0,
    most: MAX_PAGE_SIZE,
  });
}

/** The arguments of a page. */
export interface PageArguments {
  first: number;
  after?: string | null;
}

/** A list that is read page by page. */
export interface PagedList<Item, Place> {
  /** Everything that decides the order and the content of the list. */
  query: unknown;
  place: z.ZodType<Place>;
  /** Up to `first` items behind a place. */
  read(first: number, after: Place | undefined): Promise<Item[]>;
  /** What the cursor of an item holds; `place` reads it. */
  placeOf(item: Item): unknown;
}

/**
 * One page of a list, with a cursor at each item.
 *
 * @throws ProbelogError INPUT_INVALID (first), CURSOR_INVALID (after)
 */
export async function readPage<Item, Place>(
  cursors: Cursors,
  { first, after }: PageArguments,
  list: PagedList<Item, Place>,
) {
  checkFirst(first);
  const place = after ? cursors.decode(list.query, after, list.place) : undefined;
  const items = await list.read(first + 1, place);
  const edges = items
    .slice(0, first)
    .map((node) => ({ node, cursor: cursors.encode(list.query, list.placeOf(node)) }));
  return { edges, pageInfo: { hasNextPage: items.length > first, endCursor: edges.at(-1)?.cursor ?? null } };
}

/** The place of something in the order of creation. */
const createdPlace = z
  .tuple([z.iso.datetime(), z.uuid()])
  .transform(([createdAt, id]): CreatedPosition => ({ createdAt: new Date(createdAt), id }));

/** One page of a list in the order of creation, either way. @throws as {@link readPage} */
export function readCreated<Item extends CreatedPosition>(
  cursors: Cursors,
  page: PageArguments,
  list: Pick<PagedList<Item, CreatedPosition>, 'query' | 'read'>,
) {
  return readPage(cursors, page, {
    ...list,
    place: createdPlace,
    placeOf: ({ createdAt, id }) => [createdAt.toISOString(), id],
  });
}
