import { type Basis, type Matrix, rowOf, unitRows, whiteningMatrix } from '../../src/domain/index.js';
import type { MatrixProducts } from '../../src/search/matrix-products.js';
import type { DescriptorGallery } from '../accuracy/data/gallery.js';
import { best, type Judge, withConsensus } from '../accuracy/statistics/rank.js';
import { pick, products } from '../accuracy/statistics/scores.js';

const QUERIES_AT_ONCE = 512;

/** The best logit for each concept, ranked as the product does. @param concepts n × P */
export async function bestForConcepts(
  with_: MatrixProducts,
  basis: Basis,
  { logits, rows }: DescriptorGallery,
  concepts: Matrix,
): Promise<number[]> {
  const index = unitRows(await with_.project(rows, whiteningMatrix(basis)));
  const noJudge: Judge = { isAllowed: () => true, isRight: () => false };
  const judges = Array.from({ length: concepts.rows }, () => noJudge);
  const scores = await products(with_, concepts, rows);
  return largest(await withConsensus(with_, { logits, index }, scores, judges));
}

/** For each row of `asking` the row of `answering` that is most alike in the index. */
export async function mostAlike(
  with_: MatrixProducts,
  basis: Basis,
  asking: Matrix,
  answering: Matrix,
): Promise<number[]> {
  const whitening = whiteningMatrix(basis);
  const index = unitRows(await with_.project(answering, whitening));
  const queries = unitRows(await with_.project(asking, whitening));
  const found: number[] = [];
  for (let first = 0; first < queries.rows; first += QUERIES_AT_ONCE) {
    const end = Math.min(queries.rows, first + QUERIES_AT_ONCE);
    const some = pick(
      queries,
      Array.from({ length: end - first }, (_, place) => first + place),
    );
    found.push(...largest(await products(with_, some, index)));
  }
  return found;
}

function largest(scores: Matrix): number[] {
  return Array.from({ length: scores.rows }, (_, row) => best(rowOf(scores, row), 1, () => true)[0]);
}
