import {
  type Basis,
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

/** Results that must be among the candidates. */
const TOP = 10;
/** Share of those results that the candidates hold, and that the searched cells hold. */
const SHARE = 0.995;
/** Real queries differ from those that are tried. */
const MARGIN = 1.5;
/** More candidates cost more than a scan gains. */
const MAX_CANDIDATES = 1_000;
/**
 * Noise of a tried concept, in lengths of a descriptor: a text's weights correlate by 0.3 to 0.5 with the descriptors that they
 * find, and most of the rest lies outside the basis.
 */
const NOISE = 2;
const SEED = 4_242;

/** One tried query and what it must find. */
interface Trial {
  /** In the index's space. */
  vector: Float32Array;
  best: TopK;
}

/**
 * Finds out how many candidates, and how many vectors in the nearest cells, hold the exact top ten of queries. That depends on
 * the gallery: on how many logits are alike, and how far the vectors of the index fall short of descriptors.
 */
export class NeedsTrial {
  private readonly concepts: Trial[];
  private readonly logits: Trial[];
  private readonly conceptWeights: Matrix;
  private readonly logitVectors: Matrix;

  /**
   * @param descriptors of some rows of the gallery
   * @param vectors the same rows in the index's space
   */
  constructor(
    basis: Basis,
    descriptors: Matrix,
    vectors: Matrix,
    private readonly products: MatrixProducts,
  ) {
    const next = random(SEED);
    const weights = Array.from({ length: descriptors.rows }, (_, row) =>
      rowOf(descriptors, row).map((value) => value + NOISE * gaussian(next)),
    );
    this.concepts = weights.map((e) => ({ vector: indexQuery(basis, e), best: new TopK(TOP) }));
    this.logits = weights.map((_, row) => ({ vector: rowOf(vectors, row), best: new TopK(TOP) }));
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
  const needs = trials.flatMap(({ vector, best }) => {
    const rows = best.list().map(({ row }) => row);
    return index.needsOf(rows, { vector, byLength });
  });
  return {
    candidates: Math.min(MAX_CANDIDATES, share(needs.map(({ candidates }) => candidates))),
    vectors: Math.min(index.vectors, share(needs.map(({ vectors }) => vectors))),
  };
}

/** What is enough for {@link SHARE} of the results, and a margin. */
function share(needed: number[]): number {
  const sorted = Uint32Array.from(needed).sort();
  return Math.ceil(MARGIN * (sorted[Math.ceil(SHARE * sorted.length) - 1] ?? 1));
}

/** Box–Muller. */
function gaussian(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
