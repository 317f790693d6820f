import { stat } from 'node:fs/promises';
import { ProbelogError } from '../../errors/index.js';
import { imageExtension } from '../../lib/image-extension.js';
import {
  type BlobStore,
  entryBytes,
  entryHeader,
  entryPadding,
  type ProbeRecord,
  type ProbeSetRecord,
  type Store,
  TAR_END,
} from '../../store/index.js';
import { README_TXT, RESPOND_PY } from './texts.js';

/** Image files whose sizes are read at the same time. */
const CONCURRENCY = 64;

/** Raised when readers of kits must change. */
const FORMAT_VERSION = 1;

/** `manifest.json` of a kit: its images in the order of the responses. */
interface KitManifest {
  format: 'probelog-kit';
  formatVersion: number;
  probeSet: { id: string; name: string; digest: string; count: number };
  /** In the order of the probe set. */
  images: {
    position: number;
    file: string;
    sha256: string;
    width: number;
    height: number;
    mediaType: string;
  }[];
}

/** A probe set as a tar archive, for running a model elsewhere. */
export interface ProbeKit {
  /** Size of the archive. */
  bytes: number;
  /**
   * The archive, read from disk as it is consumed; the same bytes every time. To stop early, return the generator.
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
 * @param globalId the probe set's id in GraphQL
 * @throws ProbelogError BLOB_MISSING
 */
export async function openKit(
  { blobs, probeSets }: Pick<Store, 'blobs' | 'probeSets'>,
  probeSet: ProbeSetRecord,
  globalId: string,
): Promise<ProbeKit> {
  const manifest = kitManifest(probeSet, globalId, await probeSets.probes(probeSet.id));
  const entries = [
    textEntry('manifest.json', `${JSON.stringify(manifest, null, 1)}\n`),
    textEntry('README.txt', README_TXT),
    textEntry('respond.py', RESPOND_PY),
  ];
  for (let first = 0; first < manifest.images.length; first += CONCURRENCY) {
    const some = manifest.images.slice(first, first + CONCURRENCY);
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

/** Checked before anything is sent: in the middle of an archive there is no way to report an error. */
async function imageEntry(blobs: BlobStore, path: string, digest: string): Promise<Entry> {
  const file = await blobs.checkedPath(digest).catch((thrown) => {
    const message = `The image ${path} of the probe set is missing or damaged.`;
    throw new ProbelogError('BLOB_MISSING', message, { digest }, { cause: thrown });
  });
  const { size } = await stat(file);
  return { path, size, content: () => blobs.stream(digest) };
}

/**
 * @param globalId the probe set's id in GraphQL
 * @param probes in order
 */
function kitManifest(
  { name, digest, size }: ProbeSetRecord,
  globalId: string,
  probes: readonly ProbeRecord[],
): KitManifest {
  return {
    format: 'probelog-kit',
    formatVersion: FORMAT_VERSION,
    probeSet: { id: globalId, name, digest, count: size },
    images: probes.map(({ position, digest: sha256, width, height, mediaType }) => ({
      position,
      file: `images/${String(position).padStart(5, '0')}.${imageExtension(mediaType) ?? 'bin'}`,
      sha256,
      width,
      height,
      mediaType,
    })),
  };
}
