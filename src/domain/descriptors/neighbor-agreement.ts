import { type Matrix, rowOf } from '../linalg/matrix.js';

/** Neighbors per probe. */
const NEIGHBORS = 5;
/** Outputs that are judged, spread evenly: more change the mean by less than its noise. */
const MAX_OUTPUTS = 100;

/**
 * The nearest probes of each probe by the cosine of their embeddings.
 *
 * @param embeddings P unit rows
 * @returns P × 5 positions; fewer when there are not as many other probes
 */
export function nearestProbes(embeddings: Matrix): Uint32Array[] {
  const rows = Array.from({ length: embeddings.rows }, (_, row) => rowOf(embeddings, row));
  return rows.map((row, probe) => {
    const cosines = Float32Array.from(rows, (other) => dot(row, other));
    cosines[probe] = Number.NEGATIVE_INFINITY;
    const order = Uint32Array.from(rows.keys()).sort((a, b) => cosines[b] - cosines[a]);
    return order.slice(0, Math.min(NEIGHBORS, rows.length - 1));
  });
}

/**
 * How far a model's outputs respond alike to images that look alike to another network: the mean over outputs of
 *
 *   corr over p (x[p], Σ over the nearest probes q of p of x[q])
 *
 * A model that is shown other pixels than it was trained on sees less of what is in them. Measured in docs/preprocessing.md.
 *
 * @param responses C × P; outputs that are constant or not finite do not count
 * @param neighbors from {@link nearestProbes}
 * @returns −1..1; NaN when no output counts
 */
export function neighborAgreement(responses: Matrix, neighbors: readonly Uint32Array[]): number {
  const step = Math.max(1, Math.floor(responses.rows / MAX_OUTPUTS));
  let sum = 0;
  let counted = 0;
  for (let output = 0; output < responses.rows; output += step) {
    const values = rowOf(responses, output);
    const around = Float64Array.from(neighbors, (near) =>
      near.reduce((total, probe) => total + values[probe], 0),
    );
    const agreement = correlation(values, around);
    if (!Number.isFinite(agreement)) continue;
    sum += agreement;
    counted++;
  }
  return sum / counted;
}

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let product = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let index = 0; index < a.length; index++) {
    const [x, y] = [a[index] - meanA, b[index] - meanB];
    product += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return product / Math.sqrt(squaresA * squaresB);
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index];
  return sum / values.length;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index] * b[index];
  return sum;
}
