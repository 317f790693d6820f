import { checkFilter, conditionsOf } from '../../graphql/index.js';
import type { SearchRequest } from '../../search/index.js';
import type { ProbeSetRecord, Store } from '../../store/index.js';
import { findModel } from '../find-model.js';
import { type FilterFlags, filterOf } from '../flags/filter-flags.js';

/**
 * The flags as conditions of a search.
 *
 * @throws ProbelogError INPUT_INVALID, NOT_FOUND
 */
export async function filteredBy(
  store: Store,
  probeSet: ProbeSetRecord,
  flags: FilterFlags,
): Promise<Pick<SearchRequest, 'models' | 'excludeModels' | 'minExpectedAccuracy'>> {
  const filter = filterOf(flags);
  checkFilter(filter);
  const conditions = conditionsOf(filter);
  const isFiltered = Object.values(conditions).some((condition) => condition !== undefined);
  const named = flags.models && (await idsOf(store, flags.models));
  const matching = isFiltered ? await store.models.ids({ ...conditions, probeSetId: probeSet.id }) : named;
  return {
    models: named ? matching?.filter((id) => named.includes(id)) : matching,
    excludeModels: await idsOf(store, flags.excludeModels ?? []),
    minExpectedAccuracy: filter.minExpectedAccuracy,
  };
}

async function idsOf(store: Store, names: string[]): Promise<string[]> {
  return (await Promise.all(names.map((name) => findModel(store, name)))).map(({ id }) => id);
}
