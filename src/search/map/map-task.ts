import { join } from 'node:path';
import type { Matrix } from '../../domain/index.js';
import { openMatrixProducts } from '../matrix-products.js';
import { ProjectionFile } from '../snapshot/projection-file.js';
import { SNAPSHOT_FILES } from '../snapshot/snapshot.js';
import { makeMap } from './make-map.js';
import { type MapFile, readMap, writeMap } from './map-file.js';

/** The input of one map. */
export interface MapTask {
  /** Of the snapshot, whose vectors are read. */
  snapshotFolder: string;
  /** Values of a stored vector, and how many of them the basis has. */
  wideRank: number;
  rank: number;
  /** Rows of the gallery's file, ascending. */
  rows: Uint32Array;
  targetPath: string;
  /** The map before; null when there is none. */
  earlierPath: string | null;
}

/** Makes a map and writes its file. */
export async function runMapTask({ snapshotFolder, wideRank, rank, rows, ...paths }: MapTask): Promise<void> {
  const file = new ProjectionFile(join(snapshotFolder, SNAPSHOT_FILES.projections), wideRank);
  const vector = new Float32Array(wideRank);
  const read = (places: Uint32Array): Matrix => {
    const data = new Float32Array(places.length * rank);
    places.forEach((place, i) => {
      if (!file.read(rows[place], vector)) throw new Error('a newer snapshot replaced this one');
      data.set(unit(vector.subarray(0, rank)), i * rank);
    });
    return { rows: places.length, columns: rank, data };
  };
  const map = await makeMap({
    rows,
    read,
    products: await openMatrixProducts(),
    earlier: paths.earlierPath === null ? null : readable(paths.earlierPath),
  });
  writeMap(paths.targetPath, map);
}

function unit(vector: Float32Array): Float32Array {
  let sum = 0;
  for (const value of vector) sum += value * value;
  const length = Math.sqrt(sum);
  return length === 0 ? vector : vector.map((value) => value / length);
}

function readable(path: string): MapFile | null {
  try {
    return readMap(path);
  } catch {
    return null;
  }
}
