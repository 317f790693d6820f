import { describe, expect, it } from 'vitest';
import { Memory } from '../../ui/src/memory.js';

/** A list of so many items, which counts what is read. */
function countedList(length: number) {
  const read: number[] = [];
  return {
    read,
    fetch: async ({ first, after }: { first: number; after?: string | null }) => {
      const from = Number(after ?? 0);
      const to = Math.min(from + first, length);
      const edges = Array.from({ length: to - from }, (_, index) => from + index);
      read.push(...edges);
      return { list: { edges, pageInfo: { hasNextPage: to < length, endCursor: String(to) } } };
    },
  };
}
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('what a page read before', () => {
  it('is not read again when more of a list is wanted, or less', async () => {
    const memory = new Memory();
    const { read, fetch } = countedList(1_000);
    const pages = (count: number) => memory.pages('list', count, fetch, (result) => result.list);
    const first = await pages(12);
    const second = await pages(250);
    expect(first.list.edges).toEqual(numbers(12));
    expect(second.list.edges).toEqual(numbers(250));
    expect(second.list.pageInfo.hasNextPage).toBe(true);
    const less = await pages(36);
    expect(less.list.edges).toEqual(numbers(36));
    expect(less.list.pageInfo.hasNextPage).toBe(true);
    expect((await pages(250)).list.edges).toEqual(numbers(250));
    expect(read).toEqual(numbers(250));
  });

  it('is read again when the page is, and one list is not another', async () => {
    const memory = new Memory();
    const { read, fetch } = countedList(20);
    for (const key of ['a', 'b']) await memory.pages(key, 12, fetch, (result) => result.list);
    memory.clear();
    await memory.pages('a', 12, fetch, (result) => result.list);
    expect(read).toHaveLength(36);
  });

  it('is kept once, unless reading it failed', async () => {
    const memory = new Memory();
    let tries = 0;
    const readOnce = () =>
      memory.once('names', async () => {
        tries++;
        if (tries === 1) throw new Error('offline');
        return tries;
      });
    await expect(readOnce()).rejects.toThrow('offline');
    expect([await readOnce(), await readOnce(), tries]).toEqual([2, 2, 2]);
  });

  it('is at most thirty answers, the last ones', async () => {
    const memory = new Memory();
    for (const key of numbers(31)) await memory.once(String(key), async () => 'before');
    expect(await memory.once('0', async () => 'now')).toBe('now');
    expect(await memory.once('30', async () => 'now')).toBe('before');
  });
});
