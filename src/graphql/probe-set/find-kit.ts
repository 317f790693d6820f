import { ProbelogError } from '../../errors/index.js';
import { openKit, type ProbeKit } from '../../ingest/index.js';
import type { ProbeSetRecord, Store } from '../../store/index.js';
import { globalId, keyOf } from '../schema/global-id.js';

/**
 * The kit that `GET /probe-sets/<id or name>/kit.tar` sends, over HTTP and in process: its entity tag, and how to open it.
 *
 * @param idOrName global id or name of the probe set
 * @throws ProbelogError PROBE_SET_UNKNOWN
 */
export async function findKit(
  store: Store,
  idOrName: string,
): Promise<{ tag: string; open(): Promise<ProbeKit> }> {
  const probeSet = await probeSetOf(store, idOrName);
  return {
    tag: `"${probeSet.digest}"`,
    open: () => openKit(store, probeSet, globalId('ProbeSet', probeSet.id)),
  };
}

async function probeSetOf({ probeSets }: Store, idOrName: string): Promise<ProbeSetRecord> {
  // PostgreSQL takes no text with a NUL, so no set has such a name.
  if (!idOrName.includes('\0')) {
    const found = (await probeSets.byName(idOrName)) ?? (await probeSets.byId(keyOrNothing(idOrName)));
    if (found) return found;
  }
  throw new ProbelogError('PROBE_SET_UNKNOWN', 'There is no probe set with this id or name.');
}

/** The key in an id; '' for text that is not an id, which matches no probe set. */
function keyOrNothing(id: string): string {
  try {
    return keyOf('ProbeSet', id);
  } catch {
    return '';
  }
}
