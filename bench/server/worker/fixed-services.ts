import type { Services } from '../../../src/graphql/index.js';
import type { SearchResults } from '../../../src/search/index.js';
import type { FoundOutput, ProbeSetRecord, Store } from '../../../src/store/index.js';

/** A page of results with its rows, as the real search and store gave them once. */
export interface FixedPage {
  probeSet: ProbeSetRecord;
  results: SearchResults;
  outputs: (FoundOutput | null)[];
}

/** Runs one search for good. */
export async function fixedPage({ store, search, concepts }: Services, concept: string): Promise<FixedPage> {
  const probeSet = await store.probeSets.default();
  if (!probeSet) throw new Error('There is no probe set.');
  const query = { kind: 'CONCEPT' as const, ...(await concepts.vectors(concept, probeSet)) };
  const results = await search.search(probeSet.id, { query, metric: 'SCORE', first: 10 });
  return { probeSet, results, outputs: await store.logits.withModels(results.results) };
}

/** The services with a search that always finds the same. */
export function withFixedSearch(services: Services, { results }: FixedPage): Services {
  return { ...services, search: { ...services.search, search: async () => results } };
}

/** The services with rows that are always the same, too: those that a search for a concept reads, and no others. */
export function withFixedStore(services: Services, { probeSet, outputs }: FixedPage): Services {
  const store = {
    probeSets: { default: async () => probeSet },
    models: { hidden: async () => [] },
    logits: { withModels: async () => outputs },
    as: () => store,
  } as unknown as Store;
  return { ...services, store };
}
