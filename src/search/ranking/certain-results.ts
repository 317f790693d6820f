import { ProbelogError } from '../../errors/index.js';
import type { SearchRequest, SearchResult, SearchResults } from '../search-query.js';

/** A page, and a limit for what follows it. */
export interface ResultsPage extends SearchResults {
  /** No result behind the page has a higher confidence; null where confidence is null. */
  maxConfidenceBehind: number | null;
}

/**
 * Leaves out results below the request's `minConfidence`, and reads on until the page is full or none can follow.
 *
 * @param read reads one page, without regard to confidence
 * @throws ProbelogError INPUT_INVALID for an order in which certain results may stand behind uncertain ones
 */
export async function certainResults(
  request: SearchRequest,
  read: (request: SearchRequest) => Promise<ResultsPage>,
): Promise<SearchResults> {
  const { first, minConfidence, metric } = request;
  if (minConfidence === undefined) return withoutLimit(await read(request));
  if (metric === 'ASYMMETRIC') {
    throw new ProbelogError(
      'INPUT_INVALID',
      'The metric ASYMMETRIC does not order by confidence. Leave out `minConfidence`, or use the metric SCORE.',
    );
  }
  const kept: SearchResult[] = [];
  for (let after = request.after; ; ) {
    const page = await read({ ...request, after });
    kept.push(...page.results.filter(({ confidence }) => confidence !== null && confidence >= minConfidence));
    const isLast = !page.hasMore || (page.maxConfidenceBehind ?? 0) < minConfidence;
    const last = page.results.at(-1);
    if (isLast || kept.length >= first || !last) {
      const results = kept.slice(0, first);
      return { ...withoutLimit(page), results, hasMore: kept.length > first || (!isLast && first > 0) };
    }
    after = last.position;
  }
}

function withoutLimit({ maxConfidenceBehind, ...results }: ResultsPage): SearchResults {
  return results;
}
