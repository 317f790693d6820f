import {
  type Basis,
  CONSENSUS_CANDIDATES,
  indexQuery,
  type Matrix,
  random,
  rowOf,
  stackRows,
  transpose,
} from '../../../domain/index.js';
import type { MatrixProducts } from '../../matrix-products.js';
import { TopK } from '../../ranking/top-k.js';
import type { CellIndex, IndexFacts, IndexNeeds } from '../cell-index.js';

/** The reranked window, whose scores the best results are averaged with. */
const WINDOW = CONSENSUS_CANDIDATES;
/** Results that a caller sees first. */
const TOP = 10;
/** Shares of both that are among the candidates, and in the searched cells. */
const WINDOW_SHARE = 0.97;
const TOP_SHARE = 0.995;
/** Real queries differ from those that are tried: this matters most for the first results. */
const TOP_MARGIN = 1.5;
/** Each candidate is read from disk; a query that needs more finds nothing that stands out. */
const MAX_CANDIDATES = 1_000;
/**
 * Noise of a tried concept, in lengths of a descriptor. With it, tried concepts need about as many candidates as the names of the
 * hub's classes do (docs/benchmarks.md).
 */
const NOISE = 4;
const SEED = 4_242;

/** Rows of a gallery that queries are made of. */
export interface TriedQueries {
  /** Of the basis, by which logits are scored. */
  rank: number;
  wide: Basis;
  descriptors: Matrix;
  /** The same rows under the wide basis. */
  vectors: Matrix;
  products: MatrixProducts;
}

/** One tried query and what it must find. */
interface Trial {
  /** In the index's space. */
  vector: Float32Array;
  best: TopK;
}

/**
 * Finds out how many candidates, and how many vectors in the nearest cells, hold the exact top ten of queries and most of their
 * reranked window, which decides the order. That depends on the gallery: on how many logits are alike, and how far the vectors of
 * the index fall short of descriptors.
 */
export class NeedsTrial {
  private readonly concepts: Trial[];
  private readonly logits: Trial[];
  private readonly conceptWeights: Matrix;
  private readonly logitVectors: Matrix;
  private readonly products: MatrixProducts;

  constructor({ rank, wide, descriptors, vectors, products }: TriedQueries) {
    this.products = products;
    const next = random(SEED);
    const weights = Array.from({ length: descriptors.rows }, (_, row) =>
      rowOf(descriptors, row).map((value) => value + NOISE * gaussian(next)),
    );
    this.concepts = weights.map((e) => ({ vector: indexQuery(wide, e), best: new TopK(WINDOW) }));
    this.logits = weights.map((_, row) => ({
      vector: rowOf(vectors, row).slice().fill(0, rank),
      best: new TopK(WINDOW),
    }));
    this.conceptWeights = transpose(stackRows(weights));
    this.logitVectors = transpose(stackRows(this.logits.map(({ vector }) => vector)));
  }

  /**
   * Scores some rows by all queries.
   *
   * @param vectors the rows in the index's space
   * @param scales 1 / their lengths, by row
   */
  async offer(rows: Uint32Array, descriptors: Matrix, vectors: Matrix, scales: Float32Array): Promise<void> {
    const byConcept = await this.products.project(descriptors, this.conceptWeights);
    const byLogit = await this.products.project(vectors, this.logitVectors);
    for (const [place, row] of rows.entries()) {
      const [concepts, logits] = [rowOf(byConcept, place), rowOf(byLogit, place)];
      for (const [query, { best }] of this.concepts.entries()) offerRow(best, row, concepts[query]);
      for (const [query, { best }] of this.logits.entries()) offerRow(best, row, logits[query] * scales[row]);
    }
  }

  /** @param index of all rows that were offered */
  needs(index: CellIndex): Pick<IndexFacts, 'concept' | 'logit'> {
    return { concept: needsOf(index, this.concepts, false), logit: needsOf(index, this.logits, true) };
  }
}

function offerRow(best: TopK, row: number, value: number): void {
  if (value >= best.threshold()) best.offer({ value, modelId: '', index: row, row });
}

function needsOf(index: CellIndex, trials: Trial[], byLength: boolean): IndexNeeds {
  const window = trials.map(({ vector, best }) => {
    const rows = best.list().map(({ row }) => row);
    return index.needsOf(rows, { vector, byLength });
  });
  const top = window.map((needs) => needs.slice(0, TOP));
  const enough = (of: (needs: IndexNeeds) => number) =>
    Math.max(
      quantile(window.flat().map(of), WINDOW_SHARE),
      Math.ceil(TOP_MARGIN * quantile(top.flat().map(of), TOP_SHARE)),
    );
  return {
    candidates: Math.min(
      MAX_CANDIDATES,
      enough(({ candidates }) => candidates),
    ),
    vectors: Math.min(
      index.vectors,
      enough(({ vectors }) => vectors),
    ),
  };
}

function quantile(needed: number[], share: number): number {
  const sorted = Uint32Array.from(needed).sort();
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 1;
}

/** Box–Muller. */
function gaussian(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
