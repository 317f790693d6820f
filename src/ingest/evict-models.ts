import type { Store } from '../store/index.js';

/**
 * Removes model files that were not used for the longest time until those that can be fetched again take no more than
 * `mostBytes`. Responses, and files that came from this machine, are never removed.
 *
 * A model that is queued for probing between the look and the removal fetches its file again, or fails and may be tried
 * again: nothing but time is lost.
 */
export async function evictModels(
  { models, blobs }: Pick<Store, 'models' | 'blobs'>,
  mostBytes: number,
): Promise<void> {
  const files = [];
  for (const file of await models.refetchableFiles()) {
    const lastUsed = await blobs.lastUsed(file.digest);
    if (lastUsed !== null) files.push({ ...file, lastUsed });
  }
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  files.sort((a, b) => a.lastUsed.getTime() - b.lastUsed.getTime());
  for (const { digest, bytes } of files) {
    if (total <= mostBytes) return;
    await blobs.evict(digest);
    total -= bytes;
  }
}
