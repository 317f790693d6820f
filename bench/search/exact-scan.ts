import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dot, logitQuery, rowOf, sharpenConcept } from '../../src/domain/index.js';
import { RowFile } from '../../src/search/child/row-file.js';
import { readSnapshot } from '../../src/search/child/snapshot.js';
import type { SearchSubject } from '../../src/search/index.js';
import type { MadeGallery } from './make-gallery.js';

/** A question, and where the gallery's files are. */
export interface ExactQuery {
  by: SearchSubject;
  folder: string;
}

const BLOCK_ROWS = 4_096;

/** The best logits by the exact score, comparing every one of them: the definition, without any cleverness. */
export function exactTop(
  { models, probes }: MadeGallery,
  { by, folder }: ExactQuery,
  count: number,
): string[] {
  const starts = startsOf(models);
  const total = models.reduce((sum, { outputs }) => sum + outputs, 0);
  const rows = new RowFile(join(folder, 'rows.f16'), probes, total, 'READ');
  const version = readFileSync(join(folder, 'current'), 'utf8');
  const { basis, scales } = readSnapshot(join(folder, `snapshot-${version}`), probes, null);
  const weights =
    by.kind === 'CONCEPT'
      ? (sharpenConcept(by.cosines) as Float32Array)
      : logitQuery(basis, rows.read((starts.get(by.modelId) as number) + by.index));
  const best: { row: number; score: number }[] = [];
  for (let first = 0; first < total; first += BLOCK_ROWS) {
    const size = Math.min(BLOCK_ROWS, total - first);
    const block = { rows: size, columns: probes, data: rows.decoded(first, size) };
    for (let offset = 0; offset < size; offset++) {
      const row = first + offset;
      const score = dot(weights, rowOf(block, offset)) * (by.kind === 'CONCEPT' ? 1 : scales[row]);
      if (best.length === count && score <= best[count - 1].score) continue;
      best.push({ row, score });
      best.sort((a, b) => b.score - a.score);
      best.length = Math.min(best.length, count);
    }
  }
  rows.close();
  const names = [...starts.entries()];
  return best.map(({ row }) => {
    const place = names.findLastIndex(([, start]) => start <= row);
    return `${names[place][0]}/${row - names[place][1]}`;
  });
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
