import { consensusScores, rowOf, stackRows, transpose } from '../../domain/index.js';
import type { MatrixProducts } from '../client/matrix-products.js';
import type { RowFile } from '../gallery/row-file.js';
import type { ActiveSnapshot } from './scorer.js';
import { type Candidate, isBefore } from './top-k.js';

/**
 * The best candidates of a query in the order that they agree on, with the scores that say so (`consensusScores`).
 *
 * They are compared in the index's space, and while the gallery is cold by their descriptors.
 */
export async function orderByConsensus(
  candidates: Candidate[],
  rows: RowFile,
  inUse: ActiveSnapshot | null,
  products: MatrixProducts,
): Promise<Candidate[]> {
  if (candidates.length < 2) return candidates;
  const descriptors = stackRows(candidates.map(({ row }) => rows.read(row)));
  const vectors = inUse ? await products.project(descriptors, inUse.scales.directions) : descriptors;
  for (let row = 0; row < vectors.rows; row++) normalize(rowOf(vectors, row));
  const scores = consensusScores(
    candidates.map(({ value }) => value),
    await products.project(vectors, transpose(vectors)),
    candidates.map(({ modelId }) => modelId),
  );
  // Rounding must not take one below the candidates behind them.
  const lowest = Math.min(...candidates.map(({ value }) => value));
  return candidates
    .map((candidate, place) => ({ ...candidate, value: Math.max(lowest, scores[place]) }))
    .sort((a, b) => (isBefore(a, b) ? -1 : 1));
}

function normalize(vector: Float32Array): void {
  const length = Math.hypot(...vector) || 1;
  for (let axis = 0; axis < vector.length; axis++) vector[axis] /= length;
}
