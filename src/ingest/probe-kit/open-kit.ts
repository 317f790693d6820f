import { stat } from 'node:fs/promises';
import { ProbelogError } from '../../errors/index.js';
import {
  type BlobStore,
  entryBytes,
  entryHeader,
  entryPadding,
  type ProbeSetRecord,
  type Store,
  TAR_END,
} from '../../store/index.js';
import { kitManifest } from './manifest.js';

import { README_TXT, RESPOND_PY } from './texts.js';

/** Files are looked at so many at a time. */
const AT_ONCE = 64;

/** A probe set as a tar archive: what somebody needs to answer it elsewhere. */
export interface ProbeKit {
  /** Of the whole archive. */
  bytes: number;
  /**
   * The archive, read from the disk while it is taken; the same bytes every time. Whoever stops early must return the
   * generator.
   */
  stream(): AsyncGenerator<Uint8Array, void, undefined>;
}

interface Entry {
  path: string;
  size: number;
  content(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/**
 * Opens the kit of a probe set: `manifest.json`, `README.txt`, `respond.py`, and the images as they are stored.
 *
 * @param shownId the probe set's id as others know it
 * @throws ProbelogError BLOB_MISSING
 */
export async function openKit(
  { blobs, probeSets }: Pick<Store, 'blobs' | 'probeSets'>,
  probeSet: ProbeSetRecord,
  shownId: string,
): Promise<ProbeKit> {
  const manifest = kitManifest(probeSet, shownId, await probeSets.probes(probeSet.id));
  const entries = [
    textEntry('manifest.json', `${JSON.stringify(manifest, null, 1)}\n`),
    textEntry('README.txt', README_TXT),
    textEntry('respond.py', RESPOND_PY),
  ];
  for (let first = 0; first < manifest.images.length; first += AT_ONCE) {
    const some = manifest.images.slice(first, first + AT_ONCE);
    entries.push(...(await Promise.all(some.map(({ file, sha256 }) => imageEntry(blobs, file, sha256)))));
  }
  return {
    bytes: entries.reduce((sum, { size }) => sum + entryBytes(size), TAR_END.length),
    async *stream() {
      for (const { path, size, content } of entries) {
        yield entryHeader(path, size);
        yield* content();
        yield entryPadding(size);
      }
      yield TAR_END;
    },
  };
}

function textEntry(path: string, text: string): Entry {
  const bytes = Buffer.from(text);
  return { path, size: bytes.length, content: () => [bytes] };
}

async function imageEntry(blobs: BlobStore, path: string, digest: string): Promise<Entry> {
  const facts = await stat(blobs.path(digest)).catch(() => {
    throw new ProbelogError('BLOB_MISSING', `The image ${path} of the probe set is missing.`, { digest });
  });
  return { path, size: facts.size, content: () => blobs.stream(digest) };
}
