import { ProbelogError } from '../../errors/index.js';
import type { ProbeSetRecord } from '../../store/index.js';
import type { Context } from '../schema/context.js';
import { keyOf } from '../schema/global-id.js';

/**
 * The probe set that a query is about: the one with this id, or the default one.
 *
 * @throws ProbelogError ID_INVALID, PROBE_SET_UNKNOWN
 */
export async function findProbeSet(context: Context, id: string | null | undefined): Promise<ProbeSetRecord> {
  const { loaders } = context;
  const found =
    id === null || id === undefined
      ? await loaders.defaultProbeSet()
      : await loaders.probeSet.load(keyOf('ProbeSet', id));
  if (found) return found;
  const message = id
    ? 'There is no probe set with this id; `probeSets` lists them.'
    : 'There is no probe set yet; make one with `probelog probes create`.';
  throw new ProbelogError('PROBE_SET_UNKNOWN', message);
}
