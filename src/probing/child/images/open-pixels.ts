import type { ProbeJob } from '../../protocol.js';
import { cachedPixels } from './cached-pixels.js';
import { cachePath, cacheWriter, isCached } from './pixel-cache.js';
import { bytesPerImage, type PixelGeometry } from './pixel-geometry.js';
import type { PixelSource } from './pixel-source.js';

/**
 * The probes' pixels from probe `first` on: from the cache when it has them, else decoded, and cached when the run
 * starts at the first probe.
 *
 * @param ahead images to decode at a time
 */
export async function openPixels(
  job: Pick<ProbeJob, 'probes' | 'cache'>,
  geometry: PixelGeometry,
  first: number,
  ahead: number,
): Promise<PixelSource> {
  const { probes, cache } = job;
  const size = bytesPerImage(geometry);
  const path =
    cache &&
    cachePath(
      cache.folder,
      geometry,
      probes.map(({ digest }) => digest),
    );
  if (path && (await isCached(path, size * probes.length)))
    return cachedPixels(path, size, first, probes.length);
  const writer = path && first === 0 ? await cacheWriter(path, geometry, probes.length, cache) : null;
  // Loaded only here: with a warm cache the child needs no image library.
  const { decodedPixels } = await import('./decoded-pixels.js');
  const paths = probes.slice(first).map((probe) => probe.path);
  return decodedPixels(paths, geometry, ahead, writer);
}
