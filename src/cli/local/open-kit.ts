import type { Service } from '../../app/index.js';
import { globalId } from '../../graphql/index.js';
import { findProbeSet, openKit as openKitOf } from '../../ingest/index.js';
import type { OpenedKit } from '../registry.js';

/** The images of a probe set. @param named its name or id; the default one when undefined */
export async function openKit({ store, config }: Service, named: string | undefined): Promise<OpenedKit> {
  const probeSet = await findProbeSet(store.probeSets, config.probeSet, named);
  const kit = await openKitOf(store, probeSet, globalId('ProbeSet', probeSet.id));
  const { name, size, digest } = probeSet;
  return { probeSet: name, images: size, digest, content: kit.stream() };
}
