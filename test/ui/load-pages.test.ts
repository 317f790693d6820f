import { describe, expect, it } from 'vitest';
import { loadPages } from '../../ui/src/pages/load-pages.js';

/** A list of so many items. */
const listOf =
  (length: number) =>
  async ({ first, after }: { first: number; after?: string | null }) => {
    const from = Number(after ?? 0);
    const to = Math.min(from + first, length);
    const edges = Array.from({ length: to - from }, (_, index) => from + index);
    return { list: { edges, pageInfo: { hasNextPage: to < length, endCursor: String(to) } } };
  };

describe('the first items of a list', () => {
  it.each([
    [1_001, 36, 36, true],
    [1_001, 250, 250, true],
    [120, 600, 120, false],
    [0, 12, 0, false],
  ])('of %s, %s at most', async (length, count, expected, hasNextPage) => {
    const { list } = await loadPages(count, listOf(length), (result) => result.list);
    expect(list.edges).toEqual(Array.from({ length: expected }, (_, index) => index));
    expect(list.pageInfo.hasNextPage).toBe(hasNextPage);
  });
});
