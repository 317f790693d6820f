import { ProbelogError } from '../../errors/index.js';
import type { ProbeSetRecord, Store } from '../../store/index.js';

/**
 * Finds a probe set by name or id; without one, the default set.
 *
 * @param defaultName name of the default set; undefined: the oldest
 * @throws ProbelogError PROBE_SET_UNKNOWN
 */
export async function findProbeSet(
  probeSets: Store['probeSets'],
  defaultName: string | undefined,
  nameOrId: string | undefined,
): Promise<ProbeSetRecord> {
  if (nameOrId === undefined) {
    const probeSet = await probeSets.default(defaultName);
    if (probeSet) return probeSet;
    throw new ProbelogError(
      'PROBE_SET_UNKNOWN',
      'There is no probe set yet. Create one with `probelog probes create`.',
    );
  }
  const probeSet = (await probeSets.byName(nameOrId)) ?? (await probeSets.byId(nameOrId));
  if (probeSet) return probeSet;
  throw new ProbelogError(
    'PROBE_SET_UNKNOWN',
    `No probe set has the name or id ${JSON.stringify(nameOrId)}.`,
    {
      probeSet: nameOrId,
    },
  );
}
