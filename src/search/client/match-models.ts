import type { ModelRecord, Store } from '../../store/index.js';
import type { OutputMatches } from '../search-query.js';
import { checkComparable, isChanging } from './compare-models.js';
import type { Search } from './open-search.js';

/** Beyond it, all cosines of two models are more than a page can load at once: 4 MB. */
export const MAX_MATCHED_LOGITS = 2_000;

/**
 * For each logit of two models the nearest one of the other, and all cosines as bytes.
 *
 * @throws ProbelogError as `compareModels`, with the limit {@link MAX_MATCHED_LOGITS}
 */
export async function matchModels(
  { store, search }: { store: Store; search: Search },
  first: ModelRecord,
  second: ModelRecord,
): Promise<OutputMatches> {
  await checkComparable(store, [first, second], MAX_MATCHED_LOGITS);
  const matches = await search.matches(first.probeSetId, first.id, second.id);
  if (matches?.rows !== first.outputs || matches.columns !== second.outputs) throw isChanging();
  return matches;
}
