import { UMAP } from 'umap-js';
import { alignPoints, type Matrix, type Points, random, topIndexes, transpose } from '../../domain/index.js';
import type { MatrixProducts } from '../matrix-products.js';
import type { MapFile } from './map-file.js';

/** Logits that UMAP places; the others are placed among these. It takes seconds, and time grows with their number. */
const LANDMARKS = 4_000;
/** UMAP's defaults (McInnes et al. 2018): neighbors of a point, and how near two points may be. */
const NEIGHBORS = 15;
const MIN_DISTANCE = 0.1;
/** Landmarks among which another logit is placed. */
const NEAREST = 3;
/** How much nearer landmarks count more. */
const SHARPNESS = 8;
/** The same map for the same gallery. */
const SEED = 20250211;
const BLOCK_ROWS = 1_000;

/** What a map is made of. */
export interface MapSource {
  /** Rows of the gallery's file, ascending. */
  rows: Uint32Array;
  /** Vectors of length 1 of some of them, given by their places in `rows`, ascending. */
  read(places: Uint32Array): Matrix;
  products: MatrixProducts;
  /** The map before; null when there is none. */
  earlier: MapFile | null;
}

/**
 * Places the logits of a gallery in the plane, so that those that recognize the same are near each other: UMAP of some of them, the
 * others among their nearest. Turned to the map before, so that a person finds things where they were.
 */
export async function makeMap({ rows, read, products, earlier }: MapSource): Promise<MapFile> {
  const chosen = chooseLandmarks(rows.length);
  const landmarks = read(chosen);
  const placed = await placeLandmarks(landmarks, products);
  const points =
    chosen.length === rows.length
      ? placed
      : await placeAll(rows.length, { read, products, landmarks, placed, chosen });
  if (earlier) alignPoints(points, earlier.points, sharedRows(rows, earlier.rows));
  return { rows, points };
}

function chooseLandmarks(count: number): Uint32Array {
  const places = Uint32Array.from({ length: count }, (_, place) => place);
  if (count <= LANDMARKS) return places;
  const next = random(SEED);
  // The beginning of a shuffle.
  for (let i = 0; i < LANDMARKS; i++) {
    const other = i + Math.floor(next() * (count - i));
    [places[i], places[other]] = [places[other], places[i]];
  }
  return places.slice(0, LANDMARKS).sort();
}

async function placeLandmarks(landmarks: Matrix, products: MatrixProducts): Promise<Points> {
  const { rows } = landmarks;
  const across = transpose(landmarks);
  const neighbors = Math.min(NEIGHBORS, rows);
  const indexes: number[][] = [];
  const distances: number[][] = [];
  for (let start = 0; start < rows; start += BLOCK_ROWS) {
    const block = rowsOf(landmarks, start, Math.min(start + BLOCK_ROWS, rows));
    const cosines = await products.project(block, across);
    for (let row = 0; row < block.rows; row++) {
      const values = cosines.data.subarray(row * rows, (row + 1) * rows);
      // Itself first, as UMAP expects it, also where others are equal to it.
      values[start + row] = Number.POSITIVE_INFINITY;
      const nearest = topIndexes(values, neighbors);
      indexes.push(nearest);
      distances.push(nearest.map((place) => Math.sqrt(Math.max(0, 2 - 2 * Math.min(1, values[place])))));
    }
  }
  const umap = new UMAP({
    nNeighbors: neighbors,
    minDist: MIN_DISTANCE,
    nComponents: 2,
    random: random(SEED),
  });
  umap.setPrecomputedKNN(indexes, distances);
  // With the neighbors known, it only counts the vectors.
  return Float32Array.from(umap.fit(Array.from({ length: rows }, () => [0])).flat());
}

async function placeAll(
  count: number,
  {
    read,
    products,
    landmarks,
    placed,
    chosen,
  }: Pick<MapSource, 'read' | 'products'> & { landmarks: Matrix; placed: Points; chosen: Uint32Array },
): Promise<Points> {
  const points = new Float32Array(2 * count);
  const across = transpose(landmarks);
  for (let start = 0; start < count; start += BLOCK_ROWS) {
    const places = Uint32Array.from({ length: Math.min(BLOCK_ROWS, count - start) }, (_, i) => start + i);
    const cosines = await products.project(read(places), across);
    places.forEach((place, row) => {
      const values = cosines.data.subarray(row * landmarks.rows, (row + 1) * landmarks.rows);
      points.set(amongNearest(values, placed), 2 * place);
    });
  }
  chosen.forEach((place, i) => void points.set(placed.subarray(2 * i, 2 * i + 2), 2 * place));
  return points;
}

function amongNearest(cosines: Float32Array, placed: Points): [x: number, y: number] {
  let [x, y, sum] = [0, 0, 0];
  for (const landmark of topIndexes(cosines, NEAREST)) {
    const weight = Math.max(cosines[landmark], 1e-6) ** SHARPNESS;
    x += weight * placed[2 * landmark];
    y += weight * placed[2 * landmark + 1];
    sum += weight;
  }
  return [x / sum, y / sum];
}

/** Places of the rows that both maps have. Both are ascending. */
function sharedRows(rows: Uint32Array, earlier: Uint32Array): [number, number][] {
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < rows.length && j < earlier.length; ) {
    if (rows[i] === earlier[j]) pairs.push([i++, j++]);
    else if (rows[i] < earlier[j]) i++;
    else j++;
  }
  return pairs;
}

function rowsOf({ columns, data }: Matrix, start: number, end: number): Matrix {
  return { rows: end - start, columns, data: data.subarray(start * columns, end * columns) };
}
