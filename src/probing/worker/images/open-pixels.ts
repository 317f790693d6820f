import type { Frame } from '../../../domain/index.js';
import { CHECKSUM_BYTES } from '../../../lib/checksum.js';
import type { ProbeJob } from '../../protocol.js';
import { cachePath, isCached, isIntact } from './cache-files.js';
import { cachedPixels } from './cached-pixels.js';
import { decodedPixels } from './decoded-pixels.js';
import type { PixelCache, PixelSource } from './pixels.js';
import { bytesPerImage } from './pixels.js';
import { openSparseCache } from './sparse-cache.js';
import { openWholeCache } from './whole-cache.js';

/**
 * Opens the probes' pixels: cached, if the cache has the whole set, else decoded. Decoded pixels are cached: in one file
 * for a run of the whole set, in a sparse file for a run of chosen probes.
 *
 * @param whole whether all probes are run, in order
 * @param ahead images to decode at a time
 */
export async function openPixels(
  { probes, cache, plan }: Pick<ProbeJob, 'probes' | 'cache' | 'plan'>,
  frame: Frame,
  whole: boolean,
  ahead: number,
): Promise<PixelSource> {
  const paths = probes.map(({ path }) => path);
  if (!cache) return decodedPixels(paths, frame, ahead, null);
  const digests = probes.map(({ digest }) => digest);
  const imageBytes = bytesPerImage(frame);
  const bytes = imageBytes * probes.length;
  const wholePath = cachePath(cache.folder, frame, digests, 'WHOLE');
  if ((await isCached(wholePath, bytes + CHECKSUM_BYTES)) && (await isIntact(wholePath, bytes)))
    return cachedPixels(wholePath, imageBytes);
  const sparsePath = cachePath(cache.folder, frame, digests, 'SPARSE');
  let pixelCache: PixelCache | null = null;
  if (whole) pixelCache = await openWholeCache(wholePath, bytes, cache, sparsePath);
  else if (plan) pixelCache = await openSparseCache(sparsePath, imageBytes, probes.length, cache);
  return decodedPixels(paths, frame, ahead, pixelCache);
}
