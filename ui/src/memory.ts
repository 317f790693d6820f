import { type List, loadPages, type PageOf } from './pages/load-pages.js';

/** Answers that are kept at once; the oldest goes. */
const MAX_KEPT = 30;

/** What a page read before, so that "Show more" reads only what is new. It ends when the page is read anew. */
export class Memory {
  private readonly answers = new Map<string, unknown>();

  /** The answer that was read under this key, or else what `read` reads now. A failure is not kept. */
  async once<Answer>(key: string, read: () => Promise<Answer>): Promise<Answer> {
    if (this.answers.has(key)) return this.answers.get(key) as Answer;
    const answer = await read();
    this.keep(key, answer);
    return answer;
  }

  /**
   * The first items of a list, as {@link loadPages}, but only those are read that were not before.
   *
   * @param key the list, without how much of it is wanted
   */
  async pages<Result>(
    key: string,
    count: number,
    fetch: (page: PageOf) => Promise<Result>,
    listOf: (result: Result) => List | undefined,
  ): Promise<Result> {
    const kept = this.answers.get(key) as Result | undefined;
    // Pages show what they were given, so each gets a list of its own.
    const known = kept === undefined ? undefined : structuredClone(kept);
    const knownList = known && listOf(known);
    if (known !== undefined && knownList && knownList.edges.length > count) {
      knownList.edges.length = count;
      knownList.pageInfo.hasNextPage = true;
      return known;
    }
    const result = await loadPages(count, fetch, listOf, known);
    this.keep(key, structuredClone(result));
    return result;
  }

  clear(): void {
    this.answers.clear();
  }

  private keep(key: string, answer: unknown): void {
    this.answers.delete(key);
    this.answers.set(key, answer);
    const [oldest] = this.answers.keys();
    if (this.answers.size > MAX_KEPT && oldest !== undefined) this.answers.delete(oldest);
  }
}
