import type { IngestService } from '../ingest/index.js';
import type { Plan } from '../registries/index.js';
import type { DeliveredChange } from '../store/index.js';

/**
 * What a plan means for the registered models.
 *
 * @param registry the registry that the plan comes from
 * @param visibility label of the private models that it brings
 * @throws ProbelogError INPUT_INVALID, PROBE_SET_UNKNOWN when there is nothing to probe with yet
 */
export async function toModelChange(
  plan: Plan,
  registry: string,
  ingest: Pick<IngestService, 'prepare'>,
  visibility?: string,
): Promise<DeliveredChange> {
  switch (plan.kind) {
    case 'REGISTER': {
      const { kind, updated, alias, ...request } = plan;
      const prepared = await ingest.prepare({ ...request, visibility }, registry);
      return { kind, ingest: prepared, sha256: plan.sha256 ?? null, updated, alias };
    }
    case 'IGNORE':
      return { kind: 'NONE', reason: plan.reason };
    default:
      return plan;
  }
}
