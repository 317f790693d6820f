import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { GalleryDocument, type ProbelogClient } from '../../client/index.js';
import type { OpenedKit } from '../registry.js';
import { namedProbeSet } from './find-probe-set.js';

/** The images of a probe set of a server. @param named its name or id; the default one when undefined */
export async function openKit(client: ProbelogClient, named: string | undefined): Promise<OpenedKit> {
  const probeSet =
    named === undefined
      ? (await client.query(GalleryDocument, {})).gallery.probeSet
      : await namedProbeSet(client, named);
  const { archive } = await client.kit(probeSet.id);
  return {
    probeSet: probeSet.name,
    images: probeSet.size,
    digest: probeSet.digest,
    content: Readable.fromWeb(archive as ReadableStream),
  };
}
