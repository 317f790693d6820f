import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONSENSUS_CANDIDATES, logitQuery } from '../../src/domain/index.js';
import { RowFile } from '../../src/search/gallery/row-file.js';
import { RowProjections } from '../../src/search/gallery/row-projections.js';
import type { SearchQuery } from '../../src/search/index.js';
import { rowWeights } from '../../src/search/kernel/half-rows.js';
import type { MatrixProducts } from '../../src/search/matrix-products.js';
import { orderByConsensus } from '../../src/search/ranking/reranked-window.js';
import { type Candidate, TopK } from '../../src/search/ranking/top-k.js';
import { readSnapshot } from '../../src/search/snapshot/snapshot.js';
import type { MadeGallery } from './make-gallery.js';

/** A question, and where the gallery's files are. */
export interface ExactQuery {
  query: Extract<SearchQuery, { kind: 'CONCEPT' | 'LOGIT' }>;
  folder: string;
}

const BLOCK_ROWS = 4_096;

/**
 * The best logits by the exact score, comparing every one of them, and then by consensus of the best: the definition,
 * without any choice of candidates.
 */
export async function exactTop(
  { models, probes }: MadeGallery,
  { query, folder }: ExactQuery,
  count: number,
  products: MatrixProducts,
): Promise<string[]> {
  const starts = startsOf(models);
  const total = models.reduce((sum, { outputs }) => sum + outputs, 0);
  const rows = new RowFile(join(folder, 'rows.f16'), probes, total, 'READ');
  const version = readFileSync(join(folder, 'current'), 'utf8');
  const snapshot = readSnapshot(join(folder, `snapshot-${version}`), probes, null);
  const { basis, scales } = snapshot;
  const weights =
    query.kind === 'CONCEPT'
      ? query.weights
      : logitQuery(basis, rows.read((starts.get(query.modelId) as number) + query.index));
  const prepared = rowWeights(weights);
  const best = new TopK(CONSENSUS_CANDIDATES);
  for (let first = 0; first < total; first += BLOCK_ROWS) {
    const block = Uint32Array.from(
      { length: Math.min(BLOCK_ROWS, total - first) },
      (_, place) => first + place,
    );
    const scored = rows.multiply(block, prepared);
    for (const [place, row] of block.entries()) {
      const value = scored[place] * (query.kind === 'CONCEPT' ? 1 / probes : scales[row]);
      if (value >= best.threshold()) best.offer({ value, modelId: '', index: row, row });
    }
  }
  const names = [...starts.entries()];
  const candidates = best.list().map(({ row, value }): Candidate => {
    const place = names.findLastIndex(([, start]) => start <= row);
    return { value, modelId: names[place][0], index: row - names[place][1], row };
  });
  const active = { projections: new RowProjections(snapshot, rows, products) };
  const agreed = await orderByConsensus(candidates, rows, active, 'exact');
  snapshot.projections.close();
  rows.close();
  return agreed.slice(0, count).map(({ modelId, index }) => `${modelId}/${index}`);
}

function startsOf(models: MadeGallery['models']): Map<string, number> {
  const starts = new Map<string, number>();
  let next = 0;
  for (const { modelId, outputs } of models) {
    starts.set(modelId, next);
    next += outputs;
  }
  return starts;
}
