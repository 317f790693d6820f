import type { Service } from '../app/index.js';
import { ProbelogError } from '../errors/index.js';
import type { ProbeSetRecord } from '../store/index.js';

/** The probe set whose gallery a command searches. @throws ProbelogError PROBE_SET_UNKNOWN */
export async function findGallery(
  { store, config }: Service,
  named: string | undefined,
): Promise<ProbeSetRecord> {
  const probeSet = await store.probeSets.default(named ?? config.probeSet);
  if (probeSet) return probeSet;
  throw new ProbelogError('PROBE_SET_UNKNOWN', 'There is no such probe set.');
}
