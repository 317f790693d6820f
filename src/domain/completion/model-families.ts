import { dot } from '../linalg/inner-product.js';
import type { Matrix } from '../linalg/matrix.js';

const ITERATIONS = 10;
/**
 * Clusters whose centers have a larger cosine are one family. On the hub, clusters of the same backbone have at least 0.8,
 * those of different backbones at most 0.67.
 */
const MERGE_COSINE = 0.75;

/**
 * A model's signature: the triangle of Zᵀ Z as a unit vector, Z being its outputs in the gallery's leading directions.
 * Heads on one backbone have similar signatures, whatever their classes.
 *
 * @param coordinates C × r, in directions of equal variance
 */
export function modelSignature({ rows, columns, data }: Matrix): Float32Array {
  const signature = new Float32Array((columns * (columns + 1)) / 2);
  let place = 0;
  for (let a = 0; a < columns; a++) {
    for (let b = 0; b <= a; b++, place++) {
      // Off the diagonal, each value stands for two.
      const weight = a === b ? 1 : Math.SQRT2;
      for (let row = 0; row < rows; row++)
        signature[place] += weight * data[row * columns + a] * data[row * columns + b];
    }
  }
  return unit(signature);
}

/**
 * Centers of model families: spherical k-means over signatures, initialized with the farthest points. Similar clusters are
 * then merged, so that a family is not split because it has many models.
 *
 * @returns at most `families` unit vectors
 */
export function familyCenters(signatures: Float32Array[], families: number): Float32Array[] {
  let sums = farthestPoints(signatures, families);
  for (let step = 0; step < ITERATIONS; step++) {
    const centers = sums.map(unit);
    sums = centers.map(({ length }) => new Float32Array(length));
    for (const signature of signatures) add(sums[nearestFamily(signature, centers)], signature);
    sums = sums.filter((sum) => dot(sum, sum) > 0);
  }
  return mergeSimilar(sums).map(unit);
}

/** @param sums sum of the signatures of each cluster */
function mergeSimilar(sums: Float32Array[]): Float32Array[] {
  const left = sums.slice();
  for (;;) {
    let [one, other] = [-1, -1];
    let largest = MERGE_COSINE;
    const centers = left.map(unit);
    for (let a = 0; a < centers.length; a++) {
      for (let b = 0; b < a; b++) {
        const cosine = dot(centers[a], centers[b]);
        if (cosine > largest) [one, other, largest] = [b, a, cosine];
      }
    }
    if (other < 0) return left;
    left[one] = left[one].slice();
    add(left[one], left[other]);
    left.splice(other, 1);
  }
}

function add(sum: Float32Array, vector: Float32Array): void {
  for (let place = 0; place < sum.length; place++) sum[place] += vector[place];
}

/** Index of the center with the largest cosine. */
export function nearestFamily(signature: Float32Array, centers: Float32Array[]): number {
  let best = 0;
  let largest = Number.NEGATIVE_INFINITY;
  for (const [place, center] of centers.entries()) {
    const cosine = dot(signature, center);
    if (cosine > largest) [best, largest] = [place, cosine];
  }
  return best;
}

function farthestPoints(signatures: Float32Array[], count: number): Float32Array[] {
  const chosen = signatures.slice(0, 1);
  const nearest = signatures.map(() => Number.NEGATIVE_INFINITY);
  while (chosen.length < Math.min(count, signatures.length)) {
    const newest = chosen[chosen.length - 1];
    let furthest = 0;
    for (const [place, signature] of signatures.entries()) {
      nearest[place] = Math.max(nearest[place], dot(signature, newest));
      if (nearest[place] < nearest[furthest]) furthest = place;
    }
    chosen.push(signatures[furthest]);
  }
  return chosen;
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  return vector.map((value) => value / length);
}
