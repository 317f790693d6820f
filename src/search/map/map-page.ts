import type { GalleryEntry } from '../gallery/journal.js';
import type { MapPage } from '../search-query.js';
import type { MapFile } from './map-file.js';

/**
 * Some of the points that a caller sees.
 *
 * @param map undefined while there is none
 * @param entryAt the model of a row; null when it was removed since, or the caller does not see it
 */
export function mapPage(
  map: MapFile | undefined,
  entryAt: (row: number) => Pick<GalleryEntry, 'modelId' | 'firstRow'> | null,
  from: number,
  first: number,
): Omit<MapPage, 'state' | 'version' | 'isMaking'> {
  const places = new Map<string, number>();
  const models: number[] = [];
  const indexes: number[] = [];
  const points: number[] = [];
  let total = 0;
  for (let place = 0; map && place < map.rows.length; place++) {
    const row = map.rows[place];
    const entry = entryAt(row);
    if (!entry) continue;
    const isShown = total >= from && total < from + first;
    total += 1;
    if (!isShown) continue;
    const known = places.get(entry.modelId) ?? places.size;
    places.set(entry.modelId, known);
    models.push(known);
    indexes.push(row - entry.firstRow);
    points.push(map.points[2 * place], map.points[2 * place + 1]);
  }
  return {
    total,
    modelIds: [...places.keys()],
    models: Uint32Array.from(models),
    indexes: Uint32Array.from(indexes),
    points: Float32Array.from(points),
  };
}
