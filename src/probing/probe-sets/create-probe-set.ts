import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { ProbelogError } from '../../errors/index.js';
import type { ProbeImageLimits } from './inspect-image.js';
import { type ImageTitle, inspectImage } from './inspect-image.js';
import { readProbeImages, type SourceImage } from './read-probe-images.js';

/** A new probe set, as the store takes it. */
export interface NewProbeSet {
  name: string;
  /** SHA-256 over the probes' digests in order. */
  digest: string;
  probes: {
    /** SHA-256 of the image file, and name of its blob. */
    digest: string;
    /** Pixels, after EXIF orientation. */
    width: number;
    height: number;
    /** Such as image/jpeg. */
    mediaType: string;
  }[];
}

/** The part of the store that {@link createProbeSet} needs. */
export interface ProbeSetStore<Created> {
  probeSets: { create(set: NewProbeSet): Promise<Created> };
  blobs: { put(bytes: Buffer): Promise<{ digest: string; bytes: number }> };
}

/** The source of a probe set. */
export interface CreateProbeSetOptions {
  name: string;
  /** Path of a folder, .tar, .tar.gz, .tgz or .zip. */
  source: string;
  limits: ProbeImageLimits;
  onProgress?(done: number, total: number): void;
}

/**
 * Creates a probe set from a folder or archive: decodes every image once, hashes it, and stores the files in name order.
 *
 * @throws ProbelogError PROBE_IMAGE_INVALID naming the file, PROBE_SET_EMPTY, PROBE_SET_EXISTS, SOURCE_NOT_FOUND
 */
export async function createProbeSet<Created>(
  store: ProbeSetStore<Created>,
  options: CreateProbeSetOptions,
): Promise<Created> {
  const { name, source, limits, onProgress } = options;
  return readProbeImages(source, limits, async ({ count, images }) => {
    const probes: NewProbeSet['probes'] = [];
    const names = new Map<string, string>();
    // A few images at a time keep all cores busy. The source's order is kept.
    for await (const group of groupsOf(images, 2 * availableParallelism())) {
      const inspected = await Promise.all(
        group.map(async (image) => ({
          image,
          facts: await inspectImage(titleOf(image), image.bytes, limits),
        })),
      );
      for (const { image, facts } of inspected) {
        const { digest } = await store.blobs.put(image.bytes);
        const firstName = names.get(digest);
        if (firstName !== undefined) throw duplicateImage(image.name, firstName);
        names.set(digest, image.name);
        probes.push({ digest, ...facts });
        onProgress?.(probes.length, count);
      }
    }
    return store.probeSets.create({ name, digest: probeSetDigest(probes), probes });
  });
}

/** Identifies a probe set by its images and their order, regardless of its name. */
function probeSetDigest(probes: readonly { digest: string }[]): string {
  const hash = createHash('sha256');
  for (const { digest } of probes) hash.update(`${digest}\n`);
  return hash.digest('hex');
}

async function* groupsOf(images: AsyncIterable<SourceImage>, size: number): AsyncGenerator<SourceImage[]> {
  let group: SourceImage[] = [];
  for await (const image of images) {
    group.push(image);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function titleOf({ name }: SourceImage): ImageTitle {
  return { title: `The probe image "${name}"`, name, remedy: 'Remove it from the source.' };
}

function duplicateImage(name: string, firstName: string): ProbelogError {
  return new ProbelogError(
    'PROBE_IMAGE_INVALID',
    `The probe images "${firstName}" and "${name}" are the same file, and a probe set holds an image only once. Remove one of them.`,
    { name, twin: firstName },
  );
}
