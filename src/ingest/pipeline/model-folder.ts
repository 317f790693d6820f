import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ModelData } from '../../probing/index.js';
import type { BlobStore, DataFile } from '../../store/index.js';

/** A folder in which a model's data files have the names that the model gives them. */
export interface ModelFolder {
  data: ModelData | null;
  remove(): Promise<void>;
}

/**
 * Lays out the data files of a model: links to stored files whose content was checked.
 *
 * @param folder made, and removed again
 * @throws ProbelogError BLOB_MISSING, STORAGE_FULL
 */
export async function layOutModel(
  folder: string,
  files: readonly DataFile[],
  blobs: Pick<BlobStore, 'linkTo'>,
): Promise<ModelFolder> {
  if (files.length === 0) return { data: null, remove: async () => undefined };
  const links: (() => Promise<void>)[] = [];
  const remove = async () => {
    for (const unlink of links) await unlink();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    // A killed attempt may have left it.
    await rm(folder, { recursive: true, force: true });
    for (const { location, digest } of files) {
      const path = join(folder, location);
      await mkdir(dirname(path), { recursive: true });
      links.push(await blobs.linkTo(digest, path));
    }
  } catch (thrown) {
    await remove();
    throw thrown;
  }
  return { data: { folder, locations: files.map(({ location }) => location) }, remove };
}
