import { checkFilter } from '../search/check-filter.js';

/**
 * The least coverage that a list of models asks for; of two filters the stricter one's, since all conditions hold.
 *
 * @throws ProbelogError INPUT_INVALID
 */
export function minCoverage(
  ...filters: ({ minCoverage?: number | null } | null | undefined)[]
): number | undefined {
  const asked = filters.flatMap((filter) => filter?.minCoverage ?? []);
  for (const share of asked) checkFilter({ minCoverage: share });
  return asked.length === 0 ? undefined : Math.max(...asked);
}
